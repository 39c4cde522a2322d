// Stand-in for the tool's ap_axi_sdata.h in C simulation.
#pragma once
#include <cstdint>

template <int DATA, int USER, int ID, int DEST> struct ap_axiu {
    static_assert(DATA <= 32 && USER == 1 && ID == 1 && DEST == 1, "what the accelerator uses");
    uint32_t data = 0;
    uint8_t keep = 0, strb = 0, user = 0, last = 0, id = 0, dest = 0;
};
