// Matching costs of every disparity.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// Census word, U and V of one pixel of one view.
struct Features {
    unsigned census;
    short u, v;
};

inline int popcount24(unsigned bits) {
#pragma HLS inline
    bits = bits - ((bits >> 1) & 0x555555);
    bits = (bits & 0x333333) + ((bits >> 2) & 0x333333);
    bits = (bits + (bits >> 4)) & 0x0f0f0f;
    return (bits + (bits >> 8) + (bits >> 16)) & 31;
}

inline int saturated_distance(int a, int b, int most) {
#pragma HLS inline
    const int distance = a > b ? a - b : b - a;
    return distance < most ? distance : most;
}

template <class Bits, class U, class V>
Features read_features(hls::stream<Word<Bits, 1>> &census, hls::stream<Word<U, 1>> &u,
                       hls::stream<Word<V, 1>> &v) {
#pragma HLS inline
    Features pixel;
    pixel.census = (unsigned)lane<Bits>(census.read(), 0);
    pixel.u = lane<U>(u.read(), 0);
    pixel.v = lane<V>(v.read(), 0);
    return pixel;
}

// Channel 3·d + k holds cost k of disparity d. Left column x is compared with right column x − d;
// where x < d, left column d with right column 0. A word holds LANES / 3 disparities: with
// LANES = 3·DISPARITIES a pixel leaves at every cycle.
template <class G, int DISPARITIES, int SATURATION, class Bits, class U, class V, class Cost,
          int LANES, int MAX_COLUMNS>
void cost_volume(hls::stream<Word<Bits, 1>> &census_left, hls::stream<Word<Bits, 1>> &census_right,
                 hls::stream<Word<U, 1>> &u_left, hls::stream<Word<U, 1>> &u_right,
                 hls::stream<Word<V, 1>> &v_left, hls::stream<Word<V, 1>> &v_right,
                 hls::stream<Word<Cost, LANES>> &costs, Size rows, Size columns) {
#pragma HLS inline
    static_assert(LANES % 3 == 0, "a word holds whole disparities");
    const int GROUP = LANES / 3, WORDS = ceil_div(DISPARITIES, GROUP);
    Features first_left[WORDS * GROUP], first_right[DISPARITIES]; // the first columns of a row
    Features delayed[WORDS * GROUP];                              // right column x − d, or 0
#pragma HLS array_partition variable = first_left cyclic factor = GROUP
#pragma HLS array_partition variable = delayed complete
    const int height = G::of(rows), width = G::of(columns);
    for (int d = 0; d < WORDS * GROUP; d++) first_left[d] = delayed[d] = Features();
    for (int y = 0; y < height; y++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
        for (int d = 0; d < DISPARITIES; d++) {
#pragma HLS pipeline II = 1
            FDSCS_CYCLE();
            first_left[d] = read_features<Bits, U, V>(census_left, u_left, v_left);
            first_right[d] = read_features<Bits, U, V>(census_right, u_right, v_right);
        }
        Features left = Features();
        for (int x = 0; x < width; x++) {
#pragma HLS loop_tripcount max = MAX_COLUMNS
            for (int word = 0; word < WORDS; word++) {
#pragma HLS pipeline II = 1
                FDSCS_CYCLE();
                if (word == 0) {
                    Features right;
                    if (x < DISPARITIES) {
                        left = first_left[x];
                        right = first_right[x];
                    } else {
                        left = read_features<Bits, U, V>(census_left, u_left, v_left);
                        right = read_features<Bits, U, V>(census_right, u_right, v_right);
                    }
                    for (int d = WORDS * GROUP - 1; d > 0; d--) {
#pragma HLS unroll
                        delayed[d] = x == 0 ? right : delayed[d - 1];
                    }
                    delayed[0] = right;
                }
                Word<Cost, LANES> cost = zero_word<Cost, LANES>();
                for (int g = 0; g < GROUP; g++) {
#pragma HLS unroll
                    const int d = word * GROUP + g;
                    if (d >= DISPARITIES) continue;
                    const Features here = d <= x ? left : first_left[d], there = delayed[d];
                    set_lane<Cost>(cost, 3 * g, popcount24(here.census ^ there.census));
                    set_lane<Cost>(cost, 3 * g + 1, saturated_distance(here.u, there.u, SATURATION));
                    set_lane<Cost>(cost, 3 * g + 2, saturated_distance(here.v, there.v, SATURATION));
                }
                costs.write(cost);
            }
        }
    }
}

} // namespace fdscs
