// The colour input of the network.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// The top bits of each u10 sum, less mid-grey. A floor: rounding would carry 1020 to 256.
template <class G, class Sum, class Rgb, int MAX_COLUMNS>
void centred_rgb(hls::stream<Word<Sum, 3>> &sums, hls::stream<Word<Rgb, 3>> &rgb, Size rows,
                 Size columns) {
#pragma HLS inline
    const int pixels = G::of(rows) * G::of(columns);
    for (int n = 0; n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
#pragma HLS pipeline II = 1
        FDSCS_CYCLE();
        const Word<Sum, 3> sum = sums.read();
        Word<Rgb, 3> centred = zero_word<Rgb, 3>();
        for (int c = 0; c < 3; c++) {
#pragma HLS unroll
            const int code = lane<Sum>(sum, c);
            set_lane<Rgb>(centred, c, (code >> (Sum::bits - Rgb::bits)) - (1 << (Rgb::bits - 1)));
        }
        rgb.write(centred);
    }
}

} // namespace fdscs
