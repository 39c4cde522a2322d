// 2×2 maximum.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

template <class C, int LANES> Word<C, LANES> larger_lanes(const Word<C, LANES> &a,
                                                          const Word<C, LANES> &b) {
#pragma HLS inline
    Word<C, LANES> most = zero_word<C, LANES>();
    for (int i = 0; i < LANES; i++) {
#pragma HLS unroll
        const typename C::type x = lane<C>(a, i), y = lane<C>(b, i);
        set_lane<C>(most, i, x > y ? x : y);
    }
    return most;
}

// Maximum of each 2×2 block; rows and columns of the input are even. `above` holds
// the maxima of pairs in the row before.
template <class G, class C, int CHANNELS, int LANES, int MAX_COLUMNS>
void max_pool(hls::stream<Word<C, LANES>> &in, hls::stream<Word<C, LANES>> &out,
              Word<C, LANES> above[(MAX_COLUMNS / 2 + 1) * ceil_div(CHANNELS, LANES)], Size rows,
              Size columns) {
#pragma HLS inline
    const int GROUPS = ceil_div(CHANNELS, LANES);
    Word<C, LANES> left[GROUPS];
#pragma HLS bind_storage variable = left type = ram_s2p impl = lutram
    const int height = G::of(rows), width = G::of(columns);
    for (int y = 0; y < height; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
        for (int x = 0; x < width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
            for (int g = 0; g < GROUPS; g++) {
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                const Word<C, LANES> word = in.read();
                if (x % 2 == 0) {
                    left[g] = word;
                } else {
                    const Word<C, LANES> pair = larger_lanes<C, LANES>(left[g], word);
                    const int at = x / 2 * GROUPS + g;
                    if (y % 2 == 0)
                        above[at] = pair;
                    else
                        out.write(larger_lanes<C, LANES>(above[at], pair));
                }
            }
        }
    }
}

} // namespace fdscs
