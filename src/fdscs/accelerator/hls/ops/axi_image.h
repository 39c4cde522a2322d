// An image at the accelerator's border: AXI4-Stream pixels in, rows × columns of them a frame out,
// whatever comes in, so that one fault costs one frame and the datapath stays in step.
//
// Video (FRAME_LAST false): TUSER begins a frame. Where it comes early, what the frame lacks is black;
// where pixels come after a frame without it, they are dropped until it comes. TLAST ends each row;
// where it is elsewhere that is said and nothing else.
// DMA (FRAME_LAST true): TLAST ends a frame. Where it comes early, what the frame lacks is black; where
// it is missing, pixels are dropped until it has come. TUSER is ignored.
// Half a frame's rows dropped, or more, are a frame lost: a black one takes its place, so that both
// images go on with the same frame. At first video waits for TUSER, which is no fault.
#pragma once
#include "axi_stream.h"

namespace fdscs {

typedef unsigned char Faults; // of a frame, a bit each
const Faults ENDED_EARLY = 1, TOO_LONG = 2, WRONG_ROW = 4, LOST = 8;

typedef Codes<8, false> Byte;

// What is known of a stream between frames.
struct Border {
    bool known = false;    // where frames begin: what is dropped is a fault
    bool dropping = false; // until a frame begins
    bool ahead = false;    // `colours` begin the next frame
    bool last = false;     // the TLAST that came with them
    unsigned colours = 0;
    int dropped_rows = 0, dropped_columns = 0;
};

// The three bytes as red, green, blue from the low one up.
template <int BITS, bool GREEN_FIRST> unsigned colours_of(const PixelBeat<BITS> &beat) {
#pragma HLS inline
    const unsigned data = (unsigned)beat.data;
    if (!GREEN_FIRST) return data & 0xffffff;
    return (data >> 16 & 0xff) | (data & 0xffff) << 8;
}

// One more pixel is dropped; returns whether they make a whole frame.
inline bool drop_pixel(Border &border, Size rows, Size columns) {
#pragma HLS inline
    if (++border.dropped_columns == columns) {
        border.dropped_columns = 0;
        border.dropped_rows++;
    }
    const bool whole = border.dropped_rows == rows;
    if (whole) border.dropped_rows = 0;
    return whole;
}

// Drops what does not begin a frame; returns whether a frame was lost.
template <int BITS, bool GREEN_FIRST, bool FRAME_LAST>
bool find_frame(hls::stream<PixelBeat<BITS>> &beats, Border &border, Faults &faults, Size rows, Size columns) {
#pragma HLS inline
    if (FRAME_LAST ? !border.dropping : border.ahead) return false;
    bool found = false, lost = false;
    while (!found && !lost) {
#pragma HLS pipeline II = 1
        const PixelBeat<BITS> beat = beats.read();
        const bool half = border.dropping && border.dropped_rows >= rows / 2;
        found = FRAME_LAST ? beat.last != 0 : beat.user != 0;
        if (FRAME_LAST || !found) {
            FDSCS_CYCLE();
            if (border.known && !border.dropping) faults |= TOO_LONG; // of DMA it was said when it began
            border.dropping = true;
            lost = drop_pixel(border, rows, columns) && border.known;
        }
        if (found) {
            lost = lost || (border.known && half);
            border.dropped_rows = border.dropped_columns = 0;
            border.dropping = false;
            border.known = true;
            border.ahead = !FRAME_LAST;
            border.last = beat.last;
            border.colours = colours_of<BITS, GREEN_FIRST>(beat);
        }
    }
    return lost;
}

template <int BITS, bool GREEN_FIRST, bool FRAME_LAST>
void axi_image(hls::stream<PixelBeat<BITS>> &beats, hls::stream<Word<Byte, 3>> &pixels, Border &border,
               Faults &told, Size rows, Size columns) {
#pragma HLS inline
    Faults faults = 0;
    if (FRAME_LAST) border.known = true;
    bool black = find_frame<BITS, GREEN_FIRST, FRAME_LAST>(beats, border, faults, rows, columns);
    if (black) faults |= LOST;
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            const bool ends_row = x == columns - 1, ends = ends_row && y == rows - 1;
            unsigned colours = 0;
            if (!black) {
                bool last = border.last, user = false;
                colours = border.colours;
                if (!border.ahead) {
                    const PixelBeat<BITS> beat = beats.read();
                    colours = colours_of<BITS, GREEN_FIRST>(beat);
                    last = beat.last;
                    user = !FRAME_LAST && beat.user;
                }
                border.ahead = user;
                if (user) { // the next frame's first pixel
                    faults |= ENDED_EARLY;
                    border.colours = colours;
                    border.last = last;
                    black = true;
                    colours = 0;
                } else if (FRAME_LAST) {
                    if (last && !ends) faults |= ENDED_EARLY;
                    if (!last && ends) faults |= TOO_LONG;
                    border.dropping = ends && !last;
                    black = last;
                } else if (last != ends_row) {
                    faults |= WRONG_ROW;
                }
            }
            Word<Byte, 3> word = zero_word<Byte, 3>();
            for (int c = 0; c < 3; c++) {
#pragma HLS unroll
                set_lane<Byte>(word, c, (int)(colours >> 8 * c & 255));
            }
            pixels.write(word);
        }
    }
    told = faults;
}

} // namespace fdscs
