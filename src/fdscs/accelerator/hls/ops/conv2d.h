// Convolution into an integer accumulator.
#pragma once
#include "../fixed_point.h"
#include "multiply.h"

namespace fdscs {

// To the next column, or to the first of the next line.
inline void advance(int &column, int length, int &line, int lines) {
#pragma HLS inline
    if (++column < length) return;
    column = 0;
    if (++line == lines) line = 0;
}

// Pixels that it keeps: the rows of a window; for a window of one pixel, that pixel and three more, so
// that no word is read within three cycles of its writing.
constexpr int conv2d_depth(int kernel, int columns) {
    return kernel == 1 ? 4 : kernel * larger(columns, 6);
}

// Folded matrix-vector product over a window of KERNEL × KERNEL pixels, zero padding 'same': each
// cycle multiplies SIMD input lanes with the weights of PE output channels. `weight` is in the order
// of the cycles: output group, tap (row by row), input group; `bias` in accumulator steps; `buffer` is its memory. While a
// pixel is computed the next one needed is read, so a pixel takes
// ceil(OUTPUTS / PE) · KERNEL² · ceil(INPUTS / SIMD) cycles.
template <class G, int KERNEL, class Code, int INPUTS, int SIMD, class Weight, class Acc,
          int OUTPUTS, int PE, int MAX_COLUMNS>
void conv2d(hls::stream<Word<Code, SIMD>> &in, hls::stream<Word<Acc, PE>> &out,
            Word<Code, SIMD> buffer[conv2d_depth(KERNEL, MAX_COLUMNS) * ceil_div(INPUTS, SIMD)],
            const typename Table<Weight::bits>::type
                weight[ceil_div(OUTPUTS, PE) * KERNEL * KERNEL * ceil_div(INPUTS, SIMD)][PE][SIMD],
            const int bias[ceil_div(OUTPUTS, PE)][PE], Size rows, Size columns) {
#pragma HLS inline
    const int GROUPS = ceil_div(INPUTS, SIMD), OUT_GROUPS = ceil_div(OUTPUTS, PE);
    const int MARGIN = KERNEL / 2;
    const int SUMMED = KERNEL * KERNEL * GROUPS, CYCLES = OUT_GROUPS * SUMMED;
    const int LENGTH = KERNEL == 1 ? 1 : larger(MAX_COLUMNS, 6);
#pragma HLS array_reshape variable = weight dim = 2 complete
#pragma HLS array_reshape variable = weight dim = 3 complete
#pragma HLS array_reshape variable = bias dim = 2 complete
#pragma HLS dependence variable = buffer type = inter false
    const int height = G::of(rows), width = G::of(columns), pixels = height * width;
    // The next row starts to overwrite the oldest before that is done with, which matters in images
    // narrower than 4 pixels: they get a fourth line.
    const bool narrow = KERNEL > 1 && width < 4;
    const int lines = KERNEL == 1 || narrow ? 4 : KERNEL, stride = narrow ? 4 : LENGTH;
    const int length = KERNEL == 1 ? 1 : width;
    int fed = 0, line = 0, column = 0; // pixels read, and where the next goes
    // Pixels that the first output needs: to the next row's second column, where there is one.
    const int lookahead = KERNEL == 1 ? 3 : width + (width > 1) + 1;
    for (int n = 0; n < lookahead && n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS + 2
        for (int s = 0; s < GROUPS; s++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            buffer[(line * stride + column) * GROUPS + s] = in.read();
        }
        fed++;
        advance(column, length, line, lines);
    }
    // What the next cycle computes: pixel (y, x), whose line is `centre`, and place in its window.
    int y = 0, x = 0, centre = 0, tap_row = 0, tap_column = 0, group = 0, out_group = 0;
    int acc[PE] = {};
#pragma HLS array_partition variable = acc complete
    for (int n = 0; n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
        for (int t = 0; t < CYCLES; t++) {
#pragma HLS loop_flatten
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            if (t < GROUPS && fed < pixels) {
                buffer[(line * stride + column) * GROUPS + t] = in.read();
                if (t == GROUPS - 1) {
                    fed++;
                    advance(column, length, line, lines);
                }
            }
            const int from_row = y + tap_row - MARGIN, from_column = x + tap_column - MARGIN;
            const bool inside =
                from_row >= 0 && from_row < height && from_column >= 0 && from_column < width;
            int from_line = centre + tap_row - MARGIN;
            if (from_line < 0) from_line += lines;
            if (from_line >= lines) from_line -= lines;
            const int from = from_line * stride + (KERNEL == 1 ? 0 : from_column);
            const Word<Code, SIMD> codes =
                inside ? buffer[from * GROUPS + group] : zero_word<Code, SIMD>();
            const bool first = tap_row == 0 && tap_column == 0 && group == 0;
            const bool last =
                tap_row == KERNEL - 1 && tap_column == KERNEL - 1 && group == GROUPS - 1;
            int sums[PE];
#pragma HLS array_partition variable = sums complete
            multiply<Code, Weight, PE, SIMD>(codes, weight[t], sums);
            Word<Acc, PE> word = zero_word<Acc, PE>();
            for (int p = 0; p < PE; p++) {
#pragma HLS unroll
                acc[p] = (first ? bias[out_group][p] : acc[p]) + sums[p];
                if (last) set_lane<Acc>(word, p, acc[p]);
            }
            if (last) out.write(word);
            if (++group < GROUPS) continue;
            group = 0;
            if (++tap_column < KERNEL) continue;
            tap_column = 0;
            if (++tap_row < KERNEL) continue;
            tap_row = 0;
            if (++out_group < OUT_GROUPS) continue;
            out_group = 0;
            if (KERNEL == 1 && ++centre == lines) centre = 0;
            if (++x < width) continue;
            x = 0;
            y++;
            if (KERNEL > 1 && ++centre == lines) centre = 0;
        }
    }
}

} // namespace fdscs
