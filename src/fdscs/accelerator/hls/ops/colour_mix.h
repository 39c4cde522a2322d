// Luma and chroma from block sums.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// (RED·R + GREEN·G + BLUE·B + half) >> SHIFT.
template <class G, int RED, int GREEN, int BLUE, int SHIFT, class Sum, class Mix, int MAX_COLUMNS>
void colour_mix(hls::stream<Word<Sum, 3>> &sums, hls::stream<Word<Mix, 1>> &mixed, Size rows,
                Size columns) {
#pragma HLS inline
    const int pixels = G::of(rows) * G::of(columns);
    for (int n = 0; n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
#pragma HLS pipeline II = 1
        FDSCS_CYCLE();
        const Word<Sum, 3> sum = sums.read();
        const int red = lane<Sum>(sum, 0), green = lane<Sum>(sum, 1), blue = lane<Sum>(sum, 2);
        Word<Mix, 1> mix = zero_word<Mix, 1>();
        set_lane<Mix>(mix, 0, shift_round_half_up(RED * red + GREEN * green + BLUE * blue, SHIFT));
        mixed.write(mix);
    }
}

} // namespace fdscs
