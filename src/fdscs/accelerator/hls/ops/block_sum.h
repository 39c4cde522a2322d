// 2×2 block sums of the camera's pixels.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// u8 pixels → u10 sums, three lanes. `above` holds the sums of pairs in the row before. The first row of an odd height counts twice, and so does the
// first column of an odd width.
template <class Sum, int MAX_COLUMNS>
void block_sum(hls::stream<Word<Codes<8, false>, 3>> &pixels, hls::stream<Word<Sum, 3>> &sums,
               Word<Sum, 3> above[MAX_COLUMNS], Size rows, Size columns) {
#pragma HLS inline
    const int odd_row = rows % 2, odd_column = columns % 2;
    short previous[3] = {0, 0, 0};
#pragma HLS array_partition variable = previous complete
    for (int y = 0; y < rows; y++) {
#pragma HLS loop_tripcount max = 2 * MAX_COLUMNS
        for (int x = 0; x < columns; x++) {
#pragma HLS loop_tripcount max = 2 * MAX_COLUMNS
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            const Word<Codes<8, false>, 3> rgb = pixels.read();
            const bool first_column = odd_column && x == 0, first_row = odd_row && y == 0;
            const bool ends_pair = first_column || (x + odd_column) % 2 == 1;
            const bool ends_block = first_row || (y + odd_row) % 2 == 1;
            const int column = (x + odd_column) / 2;
            const Word<Sum, 3> pair_above = above[column];
            Word<Sum, 3> pair = zero_word<Sum, 3>(), block = zero_word<Sum, 3>();
            for (int c = 0; c < 3; c++) {
#pragma HLS unroll
                const short pixel = (short)lane<Codes<8, false>>(rgb, c);
                const short sum = (first_column ? pixel : previous[c]) + pixel;
                const short before = first_row ? sum : (short)lane<Sum>(pair_above, c);
                previous[c] = pixel;
                set_lane<Sum>(pair, c, sum);
                if (ends_block) set_lane<Sum>(block, c, before + sum);
            }
            if (ends_pair && ends_block) sums.write(block);
            if (ends_pair && !ends_block) above[column] = pair;
        }
    }
}

} // namespace fdscs
