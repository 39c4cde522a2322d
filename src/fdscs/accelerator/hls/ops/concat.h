// Concatenation of channels.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// Channels of the first input, then of the second: codes of the same step, so none changes. While
// one pixel is written the next is read.
template <class G, class First, int FIRST_CHANNELS, int FIRST_LANES, class Second,
          int SECOND_CHANNELS, int SECOND_LANES, class Out, int LANES, int MAX_COLUMNS>
void concat(hls::stream<Word<First, FIRST_LANES>> &first,
            hls::stream<Word<Second, SECOND_LANES>> &second, hls::stream<Word<Out, LANES>> &out,
            Size rows, Size columns) {
#pragma HLS inline
    const int CHANNELS = FIRST_CHANNELS + SECOND_CHANNELS, WRITES = ceil_div(CHANNELS, LANES);
    const int FIRST_READS = ceil_div(FIRST_CHANNELS, FIRST_LANES);
    const int READS2 = ceil_div(SECOND_CHANNELS, SECOND_LANES);
    const int CYCLES = larger(WRITES, larger(FIRST_READS, READS2));
    typename Out::type next[CHANNELS] = {}, now[CHANNELS] = {};
#pragma HLS array_partition variable = next complete
#pragma HLS array_partition variable = now complete
    const int pixels = G::of(rows) * G::of(columns);
    for (int n = 0; n <= pixels; n++) { // a pixel more, to write the last
#pragma HLS loop_tripcount max = MAX_COLUMNS * MAX_COLUMNS
        for (int t = 0; t < CYCLES; t++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            if (n > 0 && t < WRITES) {
                Word<Out, LANES> word = zero_word<Out, LANES>();
                for (int i = 0; i < LANES; i++) {
#pragma HLS unroll
                    if (t * LANES + i < CHANNELS) set_lane<Out>(word, i, now[t * LANES + i]);
                }
                out.write(word);
            }
            if (n < pixels && t < FIRST_READS) {
                const Word<First, FIRST_LANES> word = first.read();
                for (int i = 0; i < FIRST_LANES; i++) {
#pragma HLS unroll
                    const int channel = t * FIRST_LANES + i;
                    if (channel < FIRST_CHANNELS) next[channel] = lane<First>(word, i);
                }
            }
            if (n < pixels && t < READS2) {
                const Word<Second, SECOND_LANES> word = second.read();
                for (int i = 0; i < SECOND_LANES; i++) {
#pragma HLS unroll
                    const int channel = t * SECOND_LANES + i;
                    if (channel < SECOND_CHANNELS)
                        next[FIRST_CHANNELS + channel] = lane<Second>(word, i);
                }
            }
            if (t == CYCLES - 1) {
                for (int i = 0; i < CHANNELS; i++) {
#pragma HLS unroll
                    now[i] = next[i];
                }
            }
        }
    }
}

} // namespace fdscs
