// Half-resolution to full-resolution disparity.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// Bilinear where it is within 1 px of nearest, else nearest; FRAC fraction bits become FRAC + 2.
// Even outputs lie on the samples, odd ones half way to the next; the last sample repeats. The row
// or column that made the size even is left out at the top or left. `lines` are this row and the next.
template <class G, class Half, class Full, int FRAC, int MAX_COLUMNS>
void upsample(hls::stream<Word<Half, 1>> &half, hls::stream<Word<Full, 1>> &full,
              Word<Half, 1> lines[2][MAX_COLUMNS], Size rows, Size columns) {
#pragma HLS inline
    const int height = G::of(rows), width = G::of(columns);
    const int odd_row = rows % 2, odd_column = columns % 2;
    int read = 0;
    for (int y = 0; y < height; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
        const int below = y + 1 < height ? y + 1 : y;
        while (read <= below) {
#pragma HLS loop_tripcount max = 1
            for (int x = 0; x < width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                lines[read % 2][x] = half.read();
            }
            read++;
        }
        for (int i = y == 0 ? odd_row : 0; i < 2; i++) {
#pragma HLS loop_tripcount max = 2
            for (int x = odd_column; x < 2 * width; x++) {
#pragma HLS loop_tripcount max = 2 * MAX_COLUMNS
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                const int column = x / 2, right = column + 1 < width ? column + 1 : column;
                const int beside = x % 2 ? right : column, under = i ? below : y;
                const int a = lane<Half>(lines[y % 2][column], 0);
                const int b = lane<Half>(lines[y % 2][beside], 0);
                const int c = lane<Half>(lines[under % 2][column], 0);
                const int d = lane<Half>(lines[under % 2][beside], 0);
                const int bilinear = a + b + c + d, nearest = 4 * a, apart = bilinear - nearest;
                const bool close = apart < (4 << FRAC) && -apart < (4 << FRAC);
                const int code = close ? bilinear : nearest;
                assert_fits<Full>(code);
                Word<Full, 1> word = zero_word<Full, 1>();
                set_lane<Full>(word, 0, code);
                full.write(word);
            }
        }
    }
}

} // namespace fdscs
