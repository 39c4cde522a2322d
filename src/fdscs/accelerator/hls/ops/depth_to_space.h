// Channels to pixels.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// Block-major: out[c, 2y+i, 2x+j] = in[(2i+j)·C + c, y, x] for C = CHANNELS output channels. The
// lower pixels wait in `lower` until the upper row is written. G is the grid of the input.
template <class G, class C, int CHANNELS, int LANES, int MAX_COLUMNS>
void depth_to_space(hls::stream<Word<C, LANES>> &in, hls::stream<Word<C, LANES>> &out,
                    Word<C, LANES> lower[MAX_COLUMNS * 2 * CHANNELS / LANES], Size rows,
                    Size columns) {
#pragma HLS inline
    static_assert(CHANNELS % LANES == 0, "a word holds channels of one output pixel");
    const int HALF = 2 * CHANNELS / LANES; // words of the two upper, or the two lower pixels
    const int height = G::of(rows), width = G::of(columns);
    for (int y = 0; y < height; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
        for (int x = 0; x < width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
            for (int g = 0; g < 2 * HALF; g++) {
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                const Word<C, LANES> word = in.read();
                if (g < HALF)
                    out.write(word);
                else
                    lower[x * HALF + g - HALF] = word;
            }
        }
        for (int i = 0; i < width * HALF; i++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS *HALF
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            out.write(lower[i]);
        }
    }
}

} // namespace fdscs
