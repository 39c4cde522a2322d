// AXI4-Stream words at the accelerator's borders: TUSER marks the first of a frame, TLAST the last
// of a row.
#pragma once
#include <ap_axi_sdata.h>

#include "../fixed_point.h"

namespace fdscs {

typedef ap_axiu<24, 1, 1, 1> PixelBeat;     // R in bits 0 to 7, G in 8 to 15, B in 16 to 23
typedef ap_axiu<32, 1, 1, 1> DisparityBeat; // a code of the disparity, in its low bits

} // namespace fdscs
