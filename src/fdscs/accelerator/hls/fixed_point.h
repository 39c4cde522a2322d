// Codes, words of several lanes, and the one rounding that the datapath has.
//
// A word holds LANES neighbouring channels of one pixel, lane i in bits i·BITS and up. In synthesis,
// and in C simulation unless FDSCS_NATIVE is defined, words and codes are ap_uint and ap_int of the
// declared widths. With FDSCS_NATIVE they are C++ integers: the same values some fifty times as fast.
#pragma once

#ifdef FDSCS_NATIVE
#include <cstdint>
#else
#ifndef AP_INT_MAX_W
#define AP_INT_MAX_W 8192 // bits of the widest word
#endif
#include <ap_int.h>
#endif
#include <hls_stream.h>

#ifdef FDSCS_CSIM
#include "csim/scheduler.h"
// A process of a dataflow region: frame after frame. In synthesis and in the tool's own C simulation: a
// plain call.
#define FDSCS_PROCESS(name, ...)                                                                   \
    csim::scheduler().add(name, [&] {                                                              \
        for (int n = 0; n < csim::scheduler().frames; n++) __VA_ARGS__;                            \
    })
// A dataflow region within another.
#define FDSCS_REGION(name, ...) csim::scheduler().add(name, [&] { __VA_ARGS__; })
// End of a dataflow region: runs its processes side by side.
#define FDSCS_JOIN() csim::scheduler().run()
// One iteration of a loop with an initiation interval of 1.
#define FDSCS_CYCLE() csim::scheduler().tick()
#else
#define FDSCS_PROCESS(name, ...) __VA_ARGS__
#define FDSCS_REGION(name, ...) __VA_ARGS__
#define FDSCS_JOIN()
#define FDSCS_CYCLE()
#endif

namespace fdscs {

typedef unsigned short Size; // rows or columns of the image, a 16-bit register

#ifdef FDSCS_NATIVE
template <bool WIDE> struct Native { typedef int16_t type; };
template <> struct Native<true> { typedef int32_t type; };
#else
template <int BITS, bool SIGNED> struct Exact { typedef ap_uint<BITS> type; };
template <int BITS> struct Exact<BITS, true> { typedef ap_int<BITS> type; };
#endif

// A format's integers: BITS bits, unsigned or two's complement.
template <int BITS, bool SIGNED> struct Codes {
    static const int bits = BITS;
    static const bool is_signed = SIGNED;
#ifdef FDSCS_NATIVE
    typedef typename Native<(BITS > 15 + SIGNED)>::type type;
#else
    typedef typename Exact<BITS, SIGNED>::type type;
#endif
};

// An element of a constant table. In C simulation a plain integer, because a compiler turns a
// million ap_int constants into a million constructors.
template <int BITS> struct Table {
#if defined(__SYNTHESIS__)
    typedef ap_int<BITS> type;
#else
    typedef short type;
    static_assert(BITS <= 16, "weights have up to 16 bits");
#endif
};

#ifdef FDSCS_NATIVE
template <class C, int LANES> struct WordOf {
    struct type {
        typename C::type lane[LANES];
    };
};
#else
template <class C, int LANES> struct WordOf {
    typedef ap_uint<C::bits * LANES> type;
};
#endif
template <class C, int LANES> using Word = typename WordOf<C, LANES>::type;

template <class C, class V> void assert_fits(V value) {
#ifdef FDSCS_CSIM
    const long long low = C::is_signed ? -(1LL << (C::bits - 1)) : 0;
    const long long high = (1LL << (C::bits - C::is_signed)) - 1;
    const long long code = (long long)value;
    if (code < low || code > high) csim::scheduler().width_error(code, C::bits, C::is_signed);
#else
    (void)value;
#endif
}

template <class C, int LANES> Word<C, LANES> zero_word() {
#pragma HLS inline
#ifdef FDSCS_NATIVE
    return Word<C, LANES>{};
#else
    return Word<C, LANES>(0);
#endif
}

template <class C, class W> typename C::type lane(const W &word, int index) {
#pragma HLS inline
#ifdef FDSCS_NATIVE
    return word.lane[index];
#else
    typename C::type code;
    code.range(C::bits - 1, 0) = word.range((index + 1) * C::bits - 1, index * C::bits);
    return code;
#endif
}

template <class C, class W, class V> void set_lane(W &word, int index, V value) {
#pragma HLS inline
    assert_fits<C>(value);
#ifdef FDSCS_NATIVE
    word.lane[index] = (typename C::type)value;
#else
    const typename C::type code = value;
    word.range((index + 1) * C::bits - 1, index * C::bits) = code.range(C::bits - 1, 0);
#endif
}

constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

constexpr int larger(int a, int b) { return a > b ? a : b; }

// value / 2^shift to the nearest integer, ties towards +∞: add half, shift right.
inline int shift_round_half_up(int value, int shift) {
#pragma HLS inline
    return (value + ((1 << shift) >> 1)) >> shift;
}

// Size of a tensor, from that of the image: half resolution, rounded up to multiples of MULTIPLE,
// halved LEVEL times.
template <int LEVEL, int MULTIPLE> struct Grid {
    static int of(int size) {
#pragma HLS inline
        const int half = (size + 1) / 2;
        return (half + MULTIPLE - 1) / MULTIPLE * MULTIPLE >> LEVEL;
    }
};

} // namespace fdscs
