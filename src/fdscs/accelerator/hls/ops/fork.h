// One stream for two readers.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// Writes each of the WORDS words of every pixel to both outputs.
template <class G, int WORDS, class W, int MAX_COLUMNS>
void fork(hls::stream<W> &in, hls::stream<W> &first, hls::stream<W> &second, Size rows,
          Size columns) {
#pragma HLS inline
    const int pixels = G::of(rows) * G::of(columns);
    for (int n = 0; n < pixels; n++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
        for (int i = 0; i < WORDS; i++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            const W word = in.read();
            first.write(word);
            second.write(word);
        }
    }
}

} // namespace fdscs
