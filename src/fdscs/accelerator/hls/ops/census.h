// Census transform.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// 24 comparisons centre >= neighbour over the 5×5 window, row by row, the first neighbour in bit 0;
// 0 where the neighbour is outside the image. `lines` are the four rows before.
template <class G, class Luma, class Bits, int MAX_COLUMNS>
void census(hls::stream<Word<Luma, 1>> &luma, hls::stream<Word<Bits, 1>> &words,
            Word<Luma, 1> lines[4][MAX_COLUMNS], Size rows, Size columns) {
#pragma HLS inline
    const int height = G::of(rows), width = G::of(columns);
    int window[5][5] = {};
#pragma HLS array_partition variable = window dim = 0 complete
    for (int y = 0; y < height + 2; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS + 2
        for (int x = 0; x < width + 2; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS + 2
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            for (int i = 0; i < 5; i++) {
#pragma HLS unroll
                for (int j = 0; j < 4; j++) window[i][j] = window[i][j + 1];
            }
            if (x < width) {
                Word<Luma, 1> column[5];
                for (int i = 0; i < 4; i++) column[i] = lines[i][x];
                column[4] = y < height ? luma.read() : zero_word<Luma, 1>();
                for (int i = 0; i < 4; i++) lines[i][x] = column[i + 1];
                for (int i = 0; i < 5; i++) window[i][4] = lane<Luma>(column[i], 0);
            }
            if (y < 2 || x < 2) continue;
            unsigned bits = 0;
            int bit = 0;
            for (int i = 0; i < 5; i++) {
#pragma HLS unroll
                for (int j = 0; j < 5; j++) {
                    if (i == 2 && j == 2) continue;
                    const int row = y - 4 + i, column = x - 4 + j;
                    const bool inside = row >= 0 && row < height && column >= 0 && column < width;
                    if (inside && window[2][2] >= window[i][j]) bits |= 1u << bit;
                    bit++;
                }
            }
            Word<Bits, 1> word = zero_word<Bits, 1>();
            set_lane<Bits>(word, 0, bits);
            words.write(word);
        }
    }
}

} // namespace fdscs
