// Mirrored borders as a FINN layer: see reflect_pad.py. Includes nothing; FINN's code brings hls::stream.
#pragma once

// The place within `size` that place i mirrors; the border itself is not repeated.
inline int mirrored(int i, int size) {
#pragma HLS inline
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
}

// ROWS × COLUMNS pixels of WORDS words each, in raster order. A row that is needed for the first time
// is read while it is written, LEFT + 1 columns behind, so that rows come and go at the same pace.
template <int ROWS, int COLUMNS, int TOP, int LEFT, int BOTTOM, int RIGHT, int WORDS, class Word>
void reflect_pad(hls::stream<Word> &in, hls::stream<Word> &out) {
    const int KEPT = (TOP > BOTTOM ? TOP : BOTTOM) + 1; // rows a mirror reaches back, and its own
    Word kept[KEPT * COLUMNS * WORDS];
    for (int n = 0; n < TOP * COLUMNS * WORDS; n++) {
#pragma HLS pipeline II = 1
        kept[n] = in.read();
    }
    int have = TOP;
    for (int y = 0; y < ROWS + TOP + BOTTOM; y++) {
        const int row = mirrored(y - TOP, ROWS);
        const bool fresh = row == have;
        const int behind = fresh ? LEFT + 1 : 0, line = row % KEPT;
        for (int x = 0; x < COLUMNS + LEFT + RIGHT + behind; x++) {
            for (int w = 0; w < WORDS; w++) {
#pragma HLS pipeline II = 1
                if (fresh && x < COLUMNS) kept[(line * COLUMNS + x) * WORDS + w] = in.read();
                if (x >= behind) {
                    const int column = mirrored(x - behind - LEFT, COLUMNS);
                    out.write(kept[(line * COLUMNS + column) * WORDS + w]);
                }
            }
        }
        if (fresh) have++;
    }
}
