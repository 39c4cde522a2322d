// ReLU and requantisation of an accumulator.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// min((max(acc, 0) + half) >> shift, largest code), with one shift for each channel.
template <class G, class Acc, class Out, int CHANNELS, int LANES, int MAX_COLUMNS>
void requantise(hls::stream<Word<Acc, LANES>> &in, hls::stream<Word<Out, LANES>> &out,
                const unsigned char shift[ceil_div(CHANNELS, LANES)][LANES], Size rows,
                Size columns) {
#pragma HLS inline
    const int GROUPS = ceil_div(CHANNELS, LANES);
#pragma HLS array_reshape variable = shift dim = 2 complete
    const int pixels = G::of(rows) * G::of(columns);
    for (int n = 0; n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
        for (int g = 0; g < GROUPS; g++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            const Word<Acc, LANES> acc = in.read();
            Word<Out, LANES> codes = zero_word<Out, LANES>();
            for (int i = 0; i < LANES; i++) {
#pragma HLS unroll
                const int code = lane<Acc>(acc, i);
                const int rounded = shift_round_half_up(code > 0 ? code : 0, shift[g][i]);
                const int most = (1 << Out::bits) - 1;
                set_lane<Out>(codes, i, rounded < most ? rounded : most);
            }
            out.write(codes);
        }
    }
}

} // namespace fdscs
