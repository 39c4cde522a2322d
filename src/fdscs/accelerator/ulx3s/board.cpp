// Runs the simulated board: `program CYCLES` until it says bit-exact or wrong, and until the line of that frame
// is sent, or for so many cycles. Prints the LEDs at the end, the cycles, then what the serial line said.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

constexpr long BIT = BIT_CYCLES;

int main(int, char **argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    const std::unique_ptr<Vtop> top{new Vtop{context.get()}};
    std::string said;
    long place = -1, left = std::atol(argv[1]), cycle = 0, line = 50 * 10 * BIT;
    for (; cycle < left; cycle++) {
        top->clk_25mhz = 1, top->eval();
        top->clk_25mhz = 0, top->eval();
        // A byte: sampled in the middle of each bit, the start bit first.
        static int byte = 0;
        if (place < 0 && !top->ftdi_rxd) place = 0, byte = 0;
        if (place >= 0) {
            if (place % BIT == BIT / 2 && place / BIT >= 1 && place / BIT <= 8) byte |= top->ftdi_rxd << (place / BIT - 1);
            if (++place == 9 * BIT + BIT / 2) said += char(byte), place = -1;
        }
        if (top->led & 0x09 && line) left = cycle + line, line = 0;
    }
    std::printf("%d %ld\n%s", top->led, cycle, said.c_str());
    return 0;
}
