// AXI4-Stream words at the accelerator's borders: TUSER marks the first of a frame, TLAST the last
// of a row.
#pragma once
#include <ap_axi_sdata.h>

#include "../fixed_point.h"

namespace fdscs {

typedef ap_axiu<24, 1, 1, 1> PixelBeat; // R in bits 0 to 7, G in 8 to 15, B in 16 to 23

// A code in the low bits of whole bytes.
template <class C> using BeatOf = ap_axiu<8 * ceil_div(C::bits, 8), 1, 1, 1>;

} // namespace fdscs
