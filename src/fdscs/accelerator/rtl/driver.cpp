// Drives the simulated accelerator: `simulation ROWS COLUMNS FRAMES SEED WORDS…` with the words of a frame of
// each input, output and tensor. Reads NAME.in, words of whole 32-bit parts, and leaves NAME.out of every tensor;
// cycles.txt has the name, and the cycles of the first and the last word of each frame.
// Without a seed (0) both sides go on whenever they can.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

static std::mt19937 noise;
static bool stalls = false;
static bool stall() { return stalls && noise() % 2; }

struct In {
    const char *name;
    CData &valid, &ready;
    uint32_t *data;
    size_t parts;
    std::FILE *file = nullptr;
    long left = 0;
    bool taken = false;
    void offer() {
        if (taken) valid = 0, left--;
        if (valid || left == 0 || stall()) return;
        valid = 1;
        if (std::fread(data, 4, parts, file) != parts) std::printf("%s.in ends early\n", name), std::exit(2);
    }
    bool take() { return taken = valid && ready; }
};

struct Out {
    CData &valid, &ready;
    void offer() { ready = !stall(); }
};

struct Tap {
    const char *name;
    CData &push;
    uint32_t *data;
    size_t parts;
    std::FILE *file = nullptr;
    long words = 0, count = 0;  // of a frame, and written
    std::vector<long> first, last;
    void take(long cycle) {
        if (!push) return;
        std::fwrite(data, 4, parts, file);
        if (count % words == 0) first.push_back(cycle);
        if (++count % words == 0) last.push_back(cycle);
    }
};

int main(int argc, char **argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    const std::unique_ptr<Vtop> top{new Vtop{context.get()}};
    std::vector<In> ins = {INS};
    std::vector<Out> outs = {OUTS};
    std::vector<Tap> taps = {TAPS};
    const long frames = std::atol(argv[3]);
    noise.seed(std::atoi(argv[4]));
    stalls = std::atoi(argv[4]) != 0;
    char **at = argv + 5;
    for (In &in : ins) {
        in.file = std::fopen((std::string(in.name) + ".in").c_str(), "rb");
        in.left = frames * std::atol(*at++);
        if (!in.file) return std::printf("%s.in is missing\n", in.name), 2;
    }
    for (Tap &tap : taps) {
        tap.file = std::fopen((std::string(tap.name) + ".out").c_str(), "wb");
        tap.words = std::atol(*at++);
    }
    top->rows = std::atoi(argv[1]);
    top->columns = std::atoi(argv[2]);
    const auto clock = [&] { top->clk = 1, top->eval(), top->clk = 0; };
    for (int i = 0; i < 16; i++) top->rst = i < 8, top->eval(), clock();
    long quiet = 0, end = 0;  // cycles since a word moved, and since all were there
    for (long cycle = 0; end < 200; cycle++) {
        for (In &in : ins) in.offer();
        for (Out &out : outs) out.offer();
        top->eval();
        quiet++;
        bool done = true;
        for (In &in : ins) quiet = in.take() ? 0 : quiet, done &= in.left == 0;
        for (Tap &tap : taps) {
            tap.take(cycle);
            quiet = tap.push ? 0 : quiet;
            done &= tap.count >= frames * tap.words;
        }
        end = done ? end + 1 : 0;
        clock();
        if (quiet > 100000) {
            for (Tap &tap : taps)
                if (tap.count < frames * tap.words)
                    return std::printf("deadlock: %s has %ld of %ld words\n", tap.name, tap.count, frames * tap.words), 3;
            return std::puts("deadlock: an input is not read"), 3;
        }
    }
    std::FILE *cycles = std::fopen("cycles.txt", "w");
    for (Tap &tap : taps) {
        std::fclose(tap.file);
        if (tap.count > frames * tap.words) return std::printf("%s has words too many\n", tap.name), 3;
        std::fprintf(cycles, "%s", tap.name);
        for (long i = 0; i < frames; i++) std::fprintf(cycles, " %ld %ld", tap.first[i], tap.last[i]);
        std::fputs("\n", cycles);
    }
    return std::fclose(cycles), 0;
}
