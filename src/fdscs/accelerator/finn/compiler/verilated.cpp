// Drives a layer's streams: words from a file in, words to a file out.
// Arguments: seed (0: no stalls), quiet cycles after which it counts as stuck, words wanted, words
// in. Words lie in their files as whole bytes, the lowest first, which is how Verilator has them.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

using Bytes = std::vector<unsigned char>;

static constexpr int RESET_CYCLES = 16;

static Bytes read_all(const char* path) {
    Bytes bytes;
    FILE* file = std::fopen(path, "rb");
    if (!file) std::exit(2);
    for (int c; (c = std::fgetc(file)) != EOF;) bytes.push_back(static_cast<unsigned char>(c));
    std::fclose(file);
    return bytes;
}

static void clock_edge(Vtop& top) {
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
}

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    const unsigned seed = std::atoi(argv[1]);
    const long patience = std::atol(argv[2]), wanted = std::atol(argv[3]), given = std::atol(argv[4]);
    Verilated::commandArgs(argc, argv);
    std::mt19937 random(seed);
    const auto may = [&] { return seed == 0 || random() % 2; };
    const Bytes words = read_all("in.bin");
    const std::size_t width = words.size() / given;
    FILE* out = std::fopen("out.bin", "wb");
    FILE* times = std::fopen("times.txt", "w");
    if (!out || !times) return 2;

    Vtop top;
    top.clk = top.rst_n = top.in_valid = top.out_ready = 0;
    for (int i = 0; i < RESET_CYCLES; ++i) clock_edge(top);
    top.rst_n = 1;

    long reads = 0, writes = 0, quiet = 0;
    for (long cycle = 0; quiet < patience && writes <= wanted; ++cycle, ++quiet) {
        if (!top.in_valid && reads < given && may()) {  // once offered, a word stays
            std::memset(&top.in_data, 0, sizeof top.in_data);
            std::memcpy(&top.in_data, &words[reads * width], width);
            top.in_valid = 1;
        }
        top.out_ready = may();
        top.eval();
        const bool taken = top.in_valid && top.in_ready;
        if (top.out_valid && top.out_ready) {
            std::fwrite(&top.out_data, 1, OUT_BYTES, out);
            std::fprintf(times, "%ld\n", cycle);
            ++writes;
            quiet = 0;
        }
        clock_edge(top);
        if (taken) {
            ++reads;
            quiet = 0;
            top.in_valid = 0;
        }
    }
    std::fclose(out);
    std::fclose(times);
    top.final();
    std::printf("%ld\n", reads);
    return 0;
}
