// Convolution of two neighbouring pixels of a row at once, into integer accumulators.
#pragma once
#include "../fixed_point.h"
#include "multiply.h"

namespace fdscs {

// To the next column, or to the first of the next line. For a window of one pixel a line is a pair.
template <int KERNEL>
void advance_by_pairs(int &column, int width, int &line, int lines) {
#pragma HLS inline
    const bool row_ends = column == width - 1;
    if (row_ends || (KERNEL == 1 && column % 2 == 1)) line = line + 1 == lines ? 0 : line + 1;
    column = row_ends ? 0 : column + 1;
}

// Even columns lie in one memory and odd ones in another, so both pixels of a pair are there in one
// cycle: three lines each. For a window of one pixel: a pair, the next, and one that has begun to
// arrive.
constexpr int pairs_a_line(int kernel, int columns) {
    return kernel == 1 ? 1 : ceil_div(larger(columns, 8), 2);
}

// As conv2d, but each cycle multiplies its weights with the lanes of two pixels, the second to the
// right of the first; a row of odd width ends with a lone pixel. A pair, or a lone pixel, takes
// ceil(OUTPUTS / PE) · KERNEL² · ceil(INPUTS / SIMD) cycles. Its first pixel's words are written as they are
// made, its second's are kept, and written in the first cycles of the next pair; after these as many
// new pixels are read as are computed.
template <class G, int KERNEL, class Code, int INPUTS, int SIMD, class Weight, class Acc,
          int OUTPUTS, int PE, int MAX_COLUMNS>
void conv2d_pairs(hls::stream<Word<Code, SIMD>> &in, hls::stream<Word<Acc, PE>> &out,
                  Word<Code, SIMD> even[3 * pairs_a_line(KERNEL, MAX_COLUMNS) * ceil_div(INPUTS, SIMD)],
                  Word<Code, SIMD> odd[3 * pairs_a_line(KERNEL, MAX_COLUMNS) * ceil_div(INPUTS, SIMD)],
                  const typename Table<Weight::bits>::type
                      weight[ceil_div(OUTPUTS, PE) * KERNEL * KERNEL * ceil_div(INPUTS, SIMD)][PE][SIMD],
                  const int bias[ceil_div(OUTPUTS, PE)][PE], Size rows, Size columns) {
#pragma HLS inline
    const int GROUPS = ceil_div(INPUTS, SIMD), OUT_GROUPS = ceil_div(OUTPUTS, PE);
    const int MARGIN = KERNEL / 2;
    const int SUMMED = KERNEL * KERNEL * GROUPS, CYCLES = OUT_GROUPS * SUMMED;
    static_assert(OUT_GROUPS < SUMMED, "kept words go out before the first word of the next pair");
    static_assert(OUT_GROUPS + 2 * GROUPS <= CYCLES, "two pixels are read while two are computed");
    const int LENGTH = pairs_a_line(KERNEL, MAX_COLUMNS);
#pragma HLS array_reshape variable = weight dim = 2 complete
#pragma HLS array_reshape variable = weight dim = 3 complete
#pragma HLS array_reshape variable = bias dim = 2 complete
#pragma HLS dependence variable = even type = inter false
#pragma HLS dependence variable = odd type = inter false
    const int height = G::of(rows), width = G::of(columns), pixels = height * width;
    // The next row starts to overwrite the oldest before that is done with, which matters in images
    // narrower than 6 pixels: they get a fourth line.
    const bool narrow = KERNEL > 1 && width < 6;
    const int lines = narrow ? 4 : 3, stride = narrow ? 3 : LENGTH;
    int fed = 0, line = 0, column = 0; // pixels read, and where the next goes
    // Pixels that the first pair needs: to the next row's third column, where there is one.
    const int lookahead = MARGIN * width + (width < MARGIN + 2 ? width : MARGIN + 2);
    for (int n = 0; n < lookahead && n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS + 3
        for (int s = 0; s < GROUPS; s++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            const Word<Code, SIMD> codes = in.read();
            const int at = (line * stride + (KERNEL == 1 ? 0 : column / 2)) * GROUPS + s;
            if (column % 2 == 0) even[at] = codes;
            else odd[at] = codes;
        }
        fed++;
        advance_by_pairs<KERNEL>(column, width, line, lines);
    }
    // What the next cycle computes: pixels (y, x) and (y, x + 1), whose line is `centre`, and place
    // in their windows.
    int y = 0, x = 0, centre = 0, tap_row = 0, tap_column = 0, group = 0, out_group = 0;
    int acc[2][PE] = {};
    Word<Acc, PE> kept[OUT_GROUPS]; // the second pixel's words,
    bool keeps = false;             // where the step before had a second pixel
#pragma HLS array_partition variable = acc dim = 0 complete
#pragma HLS array_partition variable = kept complete
    for (int n = 0; n < height * ceil_div(width, 2); n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS * ((MAX_COLUMNS + 1) / 2)
        for (int t = 0; t < CYCLES; t++) {
#pragma HLS loop_flatten
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            const bool lone = x == width - 1;
            const int fresh = t - OUT_GROUPS; // word of the new pixels
            if (fresh >= 0 && fresh < (lone ? GROUPS : 2 * GROUPS) && fed < pixels) {
                const int s = fresh < GROUPS ? fresh : fresh - GROUPS;
                const Word<Code, SIMD> codes = in.read();
                const int at = (line * stride + (KERNEL == 1 ? 0 : column / 2)) * GROUPS + s;
                if (column % 2 == 0) even[at] = codes;
                else odd[at] = codes;
                if (s == GROUPS - 1) {
                    fed++;
                    advance_by_pairs<KERNEL>(column, width, line, lines);
                }
            }
            const int from_row = y + tap_row - MARGIN, from_column = x + tap_column - MARGIN;
            const bool row_inside = from_row >= 0 && from_row < height;
            int from_line = centre + tap_row - MARGIN;
            if (from_line < 0) from_line += lines;
            if (from_line >= lines) from_line -= lines;
            // x is even, so the tap alone decides which of the two columns is.
            const bool first_is_odd = (tap_column + MARGIN) % 2 == 1;
            const int even_column = from_column + first_is_odd;
            const int odd_column = from_column + !first_is_odd;
            const bool even_inside = row_inside && even_column >= 0 && even_column < width;
            const bool odd_inside = row_inside && odd_column >= 0 && odd_column < width;
            const int even_at = from_line * stride + (KERNEL == 1 ? 0 : even_column / 2);
            const int odd_at = from_line * stride + (KERNEL == 1 ? 0 : odd_column / 2);
            const Word<Code, SIMD> from_even =
                even_inside ? even[even_at * GROUPS + group] : zero_word<Code, SIMD>();
            const Word<Code, SIMD> from_odd =
                odd_inside ? odd[odd_at * GROUPS + group] : zero_word<Code, SIMD>();
            const bool first = tap_row == 0 && tap_column == 0 && group == 0;
            const bool last =
                tap_row == KERNEL - 1 && tap_column == KERNEL - 1 && group == GROUPS - 1;
            int sums[2][PE];
#pragma HLS array_partition variable = sums dim = 0 complete
            multiply_pair<Code, Weight, PE, SIMD>(first_is_odd ? from_odd : from_even,
                                                first_is_odd ? from_even : from_odd, weight[t],
                                                sums);
            Word<Acc, PE> word = zero_word<Acc, PE>(), second = zero_word<Acc, PE>();
            for (int p = 0; p < PE; p++) {
#pragma HLS unroll
                for (int i = 0; i < 2; i++) {
#pragma HLS unroll
                    acc[i][p] = (first ? bias[out_group][p] : acc[i][p]) + sums[i][p];
                }
                if (last) set_lane<Acc>(word, p, acc[0][p]);
                if (last && !lone) set_lane<Acc>(second, p, acc[1][p]);
            }
            const bool late = keeps && t < OUT_GROUPS;
            if (late || last) out.write(late ? kept[t] : word);
            if (last) kept[out_group] = second;
            if (++group < GROUPS) continue;
            group = 0;
            if (++tap_column < KERNEL) continue;
            tap_column = 0;
            if (++tap_row < KERNEL) continue;
            tap_row = 0;
            if (++out_group < OUT_GROUPS) continue;
            out_group = 0;
            keeps = !lone;
            if (KERNEL == 1 && ++centre == lines) centre = 0;
            x += 2;
            if (x < width) continue;
            x = 0;
            y++;
            if (KERNEL > 1 && ++centre == lines) centre = 0;
        }
    }
    const int left = keeps ? OUT_GROUPS : 0;
    for (int g = 0; g < left; g++) {
#pragma HLS loop_tripcount max = OUT_GROUPS
#pragma HLS pipeline II = 1
        FDSCS_CYCLE();
        out.write(kept[g]);
    }
}

} // namespace fdscs
