// AXI4-Stream words at the accelerator's borders, and disparity on its way out.
#pragma once
#include <ap_axi_sdata.h>

#include "../fixed_point.h"

namespace fdscs {

// A pixel: three bytes, of 32 bits the low ones.
template <int BITS> using PixelBeat = ap_axiu<BITS, 1, 1, 1>;

// A code in the low bits of whole bytes.
template <class C> using BeatOf = ap_axiu<8 * ceil_div(C::bits, 8), 1, 1, 1>;

// A frame of rows × columns codes as beats: TUSER on the first; TLAST on the last of each row, or with
// FRAME_LAST on the last of the frame alone.
template <class C, bool FRAME_LAST>
void axi_stream(hls::stream<Word<C, 1>> &codes, hls::stream<BeatOf<C>> &beats, Size rows, Size columns) {
#pragma HLS inline
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            BeatOf<C> beat;
            beat.data = lane<C>(codes.read(), 0);
            beat.keep = beat.strb = -1;
            beat.user = y == 0 && x == 0;
            beat.last = x == columns - 1 && (!FRAME_LAST || y == rows - 1);
            beat.id = beat.dest = 0;
            beats.write(beat);
        }
    }
}

} // namespace fdscs
