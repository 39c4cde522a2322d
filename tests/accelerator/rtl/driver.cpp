// Drives a module's streams: `program ROWS COLUMNS READ… WRITTEN… [more of these] SEED` reads inN.bin, words of
// whole 32-bit parts, and leaves outN.bin, and the cycle in which each word was read or pushed.
// Without a seed (0) both sides go on whenever they can.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

static std::mt19937 noise;
static bool stalls = false;
static bool stall() { return stalls && noise() % 2; }

struct In {
    CData &valid, &ready;
    uint32_t *data;
    size_t parts;
    std::vector<uint32_t> words;
    std::vector<long> cycles;
    size_t end = 0;
    size_t next() const { return cycles.size(); }
    bool taken = false;
    long away = 0;  // cycles of a long pause
    void offer() {
        if (taken) valid = 0;
        if (stalls && noise() % 512 == 0) away = noise() % 1024;
        if (away > 0) away--;
        if (!valid && next() < end) valid = away == 0 && !stall();
        for (size_t i = 0; i < parts; i++) data[i] = valid ? words[next() * parts + i] : 0xdeadbeef;
    }
    bool take(long cycle) {
        taken = valid && ready;
        if (taken) cycles.push_back(cycle);
        return taken;
    }
};

struct Out {
    CData &begins, &push, &room;
    uint32_t *data;
    size_t parts;
    std::vector<uint32_t> words;
    std::vector<long> cycles;
    size_t end = 0, begun = 0, gone = 0, places = 1 << 30;
    void offer() { room = begun - gone < places; }
    bool take(long cycle) {
        if (begins && !room) std::puts("a word begins without room"), std::exit(2);
        begun += begins;
        if (push) {
            if (cycles.size() == begun) std::puts("a word comes that was not begun"), std::exit(2);
            cycles.push_back(cycle);
            words.insert(words.end(), data, data + parts);
        }
        if (gone < cycles.size() && !stall()) gone++;
        if (stalls && noise() % 16 == 0) places = 1 + noise() % 4;
        return push || begins;
    }
};

static std::vector<uint32_t> load(const std::string &name) {
    std::ifstream file(name, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    std::vector<uint32_t> words(bytes.size() / 4);
    std::copy(bytes.begin(), bytes.end(), (char *)words.data());
    return words;
}

template <class T> static void save(const std::string &name, const std::vector<T> &values) {
    std::ofstream(name, std::ios::binary).write((const char *)values.data(), values.size() * sizeof(T));
}

int main(int argc, char **argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    const std::unique_ptr<Vtop> top{new Vtop{context.get()}};
    std::vector<In> ins = {INS};
    std::vector<Out> outs = {OUTS};
    const unsigned seed = std::atoi(argv[argc - 1]);
    noise.seed(seed);
    stalls = seed != 0;
    for (size_t i = 0; i < ins.size(); i++) ins[i].words = load("in" + std::to_string(i) + ".bin");
    const auto clock = [&] { top->clk = 1, top->eval(), top->clk = 0; };
    top->rst = 1;
    for (int i = 0; i < 4; i++) top->eval(), clock();
    top->rst = 0;
    for (char **at = argv + 1; at < argv + argc - 1;) {
        top->rows = std::atoi(*at++);
        top->columns = std::atoi(*at++);
        for (In &in : ins) in.end += std::atoi(*at++);
        for (Out &out : outs) out.end += std::atoi(*at++);
        for (int i = 0; i < 8; i++) top->eval(), clock();  // sizes settle
        long idle = 0;
        bool done = false;
        for (long cycle = 0; !done || idle < 40; cycle++) {
            for (In &in : ins) in.offer();
            for (Out &out : outs) out.offer();
            top->eval();
            bool moved = false;
            done = true;
            for (In &in : ins) moved |= in.take(cycle), done &= in.next() == in.end;
            for (Out &out : outs) moved |= out.take(cycle), done &= out.cycles.size() == out.end;
            idle = moved ? 0 : idle + 1;
            clock();
            if (idle > 5000) {
                for (In &in : ins) std::printf("read %zu of %zu; ", in.next(), in.end);
                for (Out &out : outs) std::printf("wrote %zu of %zu; ", out.cycles.size(), out.end);
                std::puts("nothing moves");
                return 3;
            }
        }
    }
    for (size_t i = 0; i < ins.size(); i++) save("reads" + std::to_string(i) + ".bin", ins[i].cycles);
    for (size_t i = 0; i < outs.size(); i++) {
        save("out" + std::to_string(i) + ".bin", outs[i].words);
        save("writes" + std::to_string(i) + ".bin", outs[i].cycles);
    }
    return 0;
}
