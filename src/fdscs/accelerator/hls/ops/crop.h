// The inner part of a padded tensor.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// Take off floor(p / 2) of the p extra rows above and the rest below; columns likewise. P is the
// grid of the input, G that of the output.
template <class P, class G, class C, int CHANNELS, int LANES, int MAX_COLUMNS>
void crop(hls::stream<Word<C, LANES>> &in, hls::stream<Word<C, LANES>> &out, Size rows,
          Size columns) {
#pragma HLS inline
    const int GROUPS = ceil_div(CHANNELS, LANES);
    const int height = G::of(rows), width = G::of(columns);
    const int padded_height = P::of(rows), padded_width = P::of(columns);
    const int top = (padded_height - height) / 2, left = (padded_width - width) / 2;
    for (int y = 0; y < padded_height; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
        for (int x = 0; x < padded_width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
            for (int g = 0; g < GROUPS; g++) {
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                const Word<C, LANES> word = in.read();
                const bool inside =
                    y >= top && y < top + height && x >= left && x < left + width;
                if (inside) out.write(word);
            }
        }
    }
}

} // namespace fdscs
