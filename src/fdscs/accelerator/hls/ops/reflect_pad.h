// Mirrored borders.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// The inner place that place i of `size` is a mirror of; the border itself is not repeated.
inline int mirrored(int i, int size) {
#pragma HLS inline
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
}

// Rows and columns up to multiples of MULTIPLE: of p rows, floor(p / 2) above and the rest below;
// columns likewise. `kept` holds as many rows as a mirror at the bottom reaches back. G is the grid of the
// input, P that of the output.
template <class G, class P, int MULTIPLE, class C, int CHANNELS, int LANES, int MAX_COLUMNS>
void reflect_pad(hls::stream<Word<C, LANES>> &in, hls::stream<Word<C, LANES>> &out,
                 Word<C, LANES> kept[(MULTIPLE / 2 + 1) * MAX_COLUMNS * ceil_div(CHANNELS, LANES)],
                 Size rows, Size columns) {
#pragma HLS inline
    const int GROUPS = ceil_div(CHANNELS, LANES), KEPT = MULTIPLE / 2 + 1;
    const int height = G::of(rows), width = G::of(columns);
    const int padded_height = P::of(rows), padded_width = P::of(columns);
    const int top = (padded_height - height) / 2, left = (padded_width - width) / 2;
    int have = 0, line = 0; // rows read, and the line of `kept` that the next goes to
    for (int y = 0; y < padded_height; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS + MULTIPLE
        const int from = mirrored(y - top, height);
        while (have <= from) {
#pragma HLS loop_tripcount max = 1
            for (int x = 0; x < width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
                for (int g = 0; g < GROUPS; g++) {
#pragma HLS pipeline II = 1
                    FDSCS_CYCLE();
                    kept[(line * MAX_COLUMNS + x) * GROUPS + g] = in.read();
                }
            }
            have++;
            if (++line == KEPT) line = 0;
        }
        int source = line - (have - from); // the line of row `from`
        if (source < 0) source += KEPT;
        for (int x = 0; x < padded_width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS + MULTIPLE
            for (int g = 0; g < GROUPS; g++) {
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                const int column = mirrored(x - left, width);
                out.write(kept[(source * MAX_COLUMNS + column) * GROUPS + g]);
            }
        }
    }
}

} // namespace fdscs
