// The same channels in words of another number of lanes.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// While one pixel is written the next is read: max(words in, words out) cycles a pixel.
template <class G, class C, int CHANNELS, int FROM, int TO, int MAX_COLUMNS>
void change_lanes(hls::stream<Word<C, FROM>> &in, hls::stream<Word<C, TO>> &out, Size rows,
                  Size columns) {
#pragma HLS inline
    const int READS = ceil_div(CHANNELS, FROM), WRITES = ceil_div(CHANNELS, TO);
    const int CYCLES = larger(READS, WRITES);
    typename C::type next[READS * FROM] = {}, now[larger(READS * FROM, WRITES * TO)] = {};
#pragma HLS array_partition variable = next complete
#pragma HLS array_partition variable = now complete
    const int pixels = G::of(rows) * G::of(columns);
    for (int n = 0; n <= pixels; n++) { // a pixel more, to write the last
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
        for (int t = 0; t < CYCLES; t++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            if (n > 0 && t < WRITES) {
                Word<C, TO> word = zero_word<C, TO>();
                for (int i = 0; i < TO; i++) {
#pragma HLS unroll
                    if (t * TO + i < CHANNELS) set_lane<C>(word, i, now[t * TO + i]);
                }
                out.write(word);
            }
            if (n < pixels && t < READS) {
                const Word<C, FROM> word = in.read();
                for (int i = 0; i < FROM; i++) {
#pragma HLS unroll
                    next[t * FROM + i] = lane<C>(word, i);
                }
            }
            if (t == CYCLES - 1) {
                for (int i = 0; i < READS * FROM; i++) {
#pragma HLS unroll
                    now[i] = next[i];
                }
            }
        }
    }
}

} // namespace fdscs
