// Products of a convolution, several in one DSP slice where the widths allow it.
#pragma once
#include "../fixed_point.h"

namespace fdscs {

// How many weights share a 27 × 18 bit multiplier with one code: each product takes the bits of a
// weight and a code, and the weights, so far apart, have to fit 27 bits.
constexpr int weights_per_multiplier(int weight_bits, int code_bits, bool code_signed) {
    return weight_bits + code_bits > 18 || code_bits + !code_signed > 18 ? 1
           : 3 * weight_bits + 2 * code_bits <= 27                      ? 3
           : 2 * weight_bits + code_bits <= 27                          ? 2
                                                                        : 1;
}

// How many products a multiplier gives while `pixels` neighbouring pixels, one or two, are computed:
// four where two codes fit one port and two weights the other, the weights twice as far apart as the
// codes. Packed codes take a sign bit in any case: below two least signed codes a borrow is left.
constexpr int macs_per_multiplier(int weight_bits, int code_bits, bool code_signed, int pixels) {
    return pixels == 2 && 3 * weight_bits + 2 * code_bits <= 27 && weight_bits + 2 * code_bits <= 17
               ? 4
               : weights_per_multiplier(weight_bits, code_bits, code_signed);
}

#ifndef FDSCS_NATIVE
// Products of `code` with `COUNT` weights by one multiplication: the weights lie STEP bits apart,
// and a negative product borrows one from that above it.
template <class In, class Weight, int COUNT>
void packed_products(typename In::type code, const ap_int<Weight::bits> weights[COUNT],
                     int products[COUNT]) {
#pragma HLS inline
    const int STEP = Weight::bits + In::bits;
    ap_int<(COUNT - 1) * STEP + Weight::bits> packed = 0;
    for (int i = COUNT - 1; i >= 0; i--) {
#pragma HLS unroll
        packed = (packed << STEP) + weights[i];
    }
    ap_int<COUNT * STEP + 1> product = packed * code;
#pragma HLS bind_op variable = product op = mul impl = dsp
    for (int i = 0; i < COUNT; i++) {
#pragma HLS unroll
        const ap_int<STEP> low = product.range(STEP - 1, 0);
        products[i] = low;
        product = (product - low) >> STEP;
    }
}

// products[i][p] = codes[i] · weights[p] by one multiplication: codes lie STEP bits apart, weights
// twice that, and a negative product borrows one from that above it.
template <class In, class Weight>
void outer_products(const typename In::type codes[2], const ap_int<Weight::bits> weights[2],
                    int products[2][2]) {
#pragma HLS inline
    const int STEP = Weight::bits + In::bits;
    ap_int<2 * STEP + Weight::bits> packed_weights = weights[1];
    packed_weights = (packed_weights << 2 * STEP) + weights[0];
    ap_int<STEP + In::bits + 1> packed_codes = codes[1];
    packed_codes = (packed_codes << STEP) + codes[0];
    ap_int<4 * STEP + 1> product = packed_weights * packed_codes;
#pragma HLS bind_op variable = product op = mul impl = dsp
    for (int i = 0; i < 4; i++) {
#pragma HLS unroll
        const ap_int<STEP> low = product.range(STEP - 1, 0);
        products[i % 2][i / 2] = low;
        product = (product - low) >> STEP;
    }
}
#endif

// sums[p] = Σ codes[s] · weight[p][s].
template <class In, class Weight, int PE, int SIMD, class W>
void multiply(const Word<In, SIMD> &codes, const W weight[PE][SIMD], int sums[PE]) {
#pragma HLS inline
#ifdef FDSCS_NATIVE
    for (int p = 0; p < PE; p++) {
        int sum = 0;
        for (int s = 0; s < SIMD; s++) sum += (int)codes.lane[s] * weight[p][s];
        sums[p] = sum;
    }
#else
    const int SHARE = weights_per_multiplier(Weight::bits, In::bits, In::is_signed);
    for (int p = 0; p < PE; p++) sums[p] = 0;
    for (int s = 0; s < SIMD; s++) {
#pragma HLS unroll
        const typename In::type code = lane<In>(codes, s);
        for (int p = 0; p < PE; p += SHARE) {
#pragma HLS unroll
            ap_int<Weight::bits> together[SHARE];
            int products[SHARE];
            for (int i = 0; i < SHARE; i++) together[i] = p + i < PE ? (int)weight[p + i][s] : 0;
            packed_products<In, Weight, SHARE>(code, together, products);
            for (int i = 0; i < SHARE && p + i < PE; i++) sums[p + i] += products[i];
        }
    }
#endif
}

#ifndef FDSCS_NATIVE
// The same for two pixels, four products a multiplication.
template <class In, class Weight, int PE, int SIMD, class W>
void multiply_outer(const Word<In, SIMD> &first, const Word<In, SIMD> &second,
                    const W weight[PE][SIMD], int sums[2][PE]) {
#pragma HLS inline
    for (int p = 0; p < PE; p++) sums[0][p] = sums[1][p] = 0;
    for (int s = 0; s < SIMD; s++) {
#pragma HLS unroll
        const typename In::type codes[2] = {lane<In>(first, s), lane<In>(second, s)};
        for (int p = 0; p < PE; p += 2) {
#pragma HLS unroll
            const ap_int<Weight::bits> weights[2] = {weight[p][s],
                                                     p + 1 < PE ? (int)weight[p + 1][s] : 0};
            int products[2][2];
            outer_products<In, Weight>(codes, weights, products);
            for (int i = 0; i < 2 && p + i < PE; i++) {
                sums[0][p + i] += products[0][i];
                sums[1][p + i] += products[1][i];
            }
        }
    }
}
#endif

// Sums of two pixels, as `multiply` makes them of one.
template <class In, class Weight, int PE, int SIMD, class W>
void multiply_pair(const Word<In, SIMD> &first, const Word<In, SIMD> &second,
                   const W weight[PE][SIMD], int sums[2][PE]) {
#pragma HLS inline
#ifndef FDSCS_NATIVE
    if (macs_per_multiplier(Weight::bits, In::bits, In::is_signed, 2) == 4)
        multiply_outer<In, Weight, PE, SIMD>(first, second, weight, sums);
    else
#endif
    {
        multiply<In, Weight, PE, SIMD>(first, weight, sums[0]);
        multiply<In, Weight, PE, SIMD>(second, weight, sums[1]);
    }
}

} // namespace fdscs
