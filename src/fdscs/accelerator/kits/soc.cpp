// A simulated board around the accelerator: two AXI DMAs in direct register mode (AMD's PG021), memory that answers late,
// and registers at addresses. `soc MEMORY BYTES CODE_BYTES SEED PACE`: MEMORY is a file that is mapped at BASE; every access
// takes PACE cycles more. Reads a command a line, and answers each with a number:
//   read ADDRESS | write ADDRESS VALUE | run CYCLES | irq | cycles | taken (pixels of both images) | came (codes)
//   short_left, short_right, short_disparity BYTES: the next transfer ends, with TLAST, after so many
//   refuse 1: memory refuses the next access of the left DMA | stall CYCLES: no memory | mute CYCLES: no interrupt
//   reset: everything | reset_accelerator
#include "Vtop.h"
#include "axi.h"
#include <algorithm>
#include <deque>
#include <fcntl.h>
#include <iostream>
#include <sys/mman.h>

static const uint64_t BASE = 0x70000000, ACCELERATOR = 0xa0000000, LEFT = 0xa0010000, RIGHT = 0xa0020000;
static const uint32_t RUN = 1, RESET = 4, HALTED = 1, IDLE = 2, INTERNAL = 0x10, REFUSED = 0x20, NO_MEMORY = 0x40;
static const uint32_t BURST = 64, FIFO = 128, ENTRANCE = 4; // beats: S2MM takes a few before it is told where to
static const uint32_t LATENCY = 150; // cycles, at most

struct Memory {
    uint8_t *bytes;
    uint64_t size;
    long stalled_until = 0;
    uint8_t *at(uint64_t address, uint64_t count) const {
        return address >= BASE && address + count <= BASE + size ? bytes + (address - BASE) : nullptr;
    }
};

// What both directions have: run, reset, status, address and length.
struct Channel {
    Memory &memory;
    std::mt19937 &noise;
    uint32_t status = HALTED, length = 0, control = 0;
    uint64_t address = 0;
    bool active = false, refuse = false;
    uint64_t done = 0, cut = 0; // bytes; where the transfer ends by mistake, 0 nowhere

    uint32_t read(uint32_t offset) const {
        return offset == 0x00 ? control : offset == 0x04 ? status : offset == 0x18 ? address : offset == 0x1c ? address >> 32 : offset == 0x28 ? length : 0;
    }
    void write(uint32_t offset, uint32_t value) {
        if (offset == 0x00) control = value & RUN, status = value & RUN ? status & ~HALTED : status | HALTED;
        if (offset == 0x18) address = (address & ~0xffffffffull) | value;
        if (offset == 0x1c) address = (address & 0xffffffffull) | (uint64_t)value << 32;
        if (offset == 0x28 && !(status & HALTED) && (value & 0x3ffffff)) {
            if (active) std::printf("LENGTH of a transfer under way\n"), std::exit(4); // undefined
            length = value & 0x3ffffff, active = true, done = 0, status &= ~IDLE;
        }
    }
    void halt(uint32_t why) { status |= why | HALTED | 0x4000, active = false, control = 0; }
    void complete() { status |= IDLE | 0x1000, active = false, cut = 0; }
    void clear() { status = HALTED, control = 0, active = false, cut = 0, length = 0, address = 0; }
    uint32_t late() { return noise() % LATENCY; }
};

struct ToStream : Channel {
    std::vector<Beat> &beats;
    size_t &sent, &end;
    CData &valid;
    std::deque<std::pair<long, uint32_t>> bursts; // when they come, how many beats
    uint64_t asked = 0;

    ToStream(Memory &memory, std::mt19937 &noise, std::vector<Beat> &beats, size_t &sent, size_t &end, CData &valid)
        : Channel{memory, noise}, beats(beats), sent(sent), end(end), valid(valid) {}

    uint64_t whole() const { return cut ? cut : length; }
    void step(long cycle) {
        if (!active) return;
        if (done == 0 && bursts.empty()) asked = 0;
        size_t waiting = beats.size() - sent;
        for (const auto &burst : bursts) waiting += burst.second;
        if (asked < whole() && bursts.size() < 2 && waiting + BURST <= FIFO) {
            const uint32_t count = std::min<uint64_t>(BURST, (whole() - asked) / 4);
            bursts.push_back({cycle + 20 + late(), count});
            asked += 4 * count;
        }
        if (!bursts.empty() && cycle >= bursts.front().first && cycle >= memory.stalled_until) {
            const uint8_t *pixel = memory.at(address + done, 4);
            if (refuse || !pixel) return refuse = false, halt(pixel ? REFUSED : NO_MEMORY);
            done += 4;
            const uint32_t data = pixel[0] | pixel[1] << 8 | pixel[2] << 16 | (uint32_t)pixel[3] << 24;
            beats.push_back({data, false, done == whole()});
            end = beats.size();
            if (--bursts.front().second == 0) bursts.pop_front();
        }
        if (done == whole() && sent == beats.size()) complete();
    }
    void reset() {
        clear(), bursts.clear();
        beats.resize(sent), end = sent, valid = 0;
    }
};

struct ToMemory : Channel {
    std::vector<Beat> &received;
    size_t stored = 0; // beats of these
    uint32_t code_bytes;
    long pause_until = 0;

    ToMemory(Memory &memory, std::mt19937 &noise, std::vector<Beat> &received, uint32_t code_bytes)
        : Channel{memory, noise}, received(received), code_bytes(code_bytes) {}

    bool room() const { return received.size() - stored < (active ? FIFO : ENTRANCE); }
    void step(long cycle) {
        if (!active || stored == received.size() || cycle < std::max(pause_until, memory.stalled_until)) return;
        if (done + code_bytes > length) return halt(INTERNAL);
        uint8_t *place = memory.at(address + done, code_bytes);
        if (!place) return halt(NO_MEMORY);
        const Beat beat = received[stored++];
        for (uint32_t i = 0; i < code_bytes; i++) place[i] = beat.data >> 8 * i;
        done += code_bytes;
        if (done % BURST == 0) pause_until = cycle + late();
        if (beat.last || done == cut) length = done, complete();
    }
    void reset() { clear(), stored = received.size(); }
};

class Soc : public Board {
  public:
    std::mt19937 noise;
    Memory memory;
    ToStream left_dma, right_dma;
    ToMemory disparity_dma;
    long muted_until = 0;

    Soc(Vtop &top, unsigned seed, Memory mapped, uint32_t code_bytes)
        : Board(top, seed), noise(seed), memory(mapped), left_dma(memory, noise, left, left_sent, left_end, top.left_tvalid),
          right_dma(memory, noise, right, right_sent, right_end, top.right_tvalid), disparity_dma(memory, noise, received, code_bytes) {}

    void step() override {
        listening = disparity_dma.room();
        Board::step();
        left_dma.step(cycle), right_dma.step(cycle), disparity_dma.step(cycle);
    }
    void run(long cycles) {
        for (long i = 0; i < cycles; i++) step();
    }
    void reset_dma(bool right_one) {
        if (right_one) return right_dma.reset();
        left_dma.reset(), disparity_dma.reset();
    }
    void reset_accelerator() {
        top.aresetn = 0;
        run(16);
        top.aresetn = 1;
    }
    uint32_t access(uint64_t address, bool writes, uint32_t value) {
        const uint32_t offset = address & 0xffff;
        if (address >> 16 == ACCELERATOR >> 16) return writes ? write(offset, value), 0 : read(offset);
        const bool right_one = address >> 16 == RIGHT >> 16;
        if (!right_one && address >> 16 != LEFT >> 16) std::printf("no registers at %#lx\n", address), std::exit(4);
        const bool to_memory = offset >= 0x30;
        if (right_one && to_memory) std::printf("no S2MM at %#lx\n", address), std::exit(4);
        Channel &channel = right_one ? right_dma : to_memory ? (Channel &)disparity_dma : left_dma;
        if (!writes) return channel.read(offset % 0x30);
        if (offset % 0x30 == 0 && value & RESET) return reset_dma(right_one), 0; // the whole engine
        return channel.write(offset % 0x30, value), 0;
    }
};

int main(int, char **words) {
    const uint64_t size = std::atol(words[2]);
    const int file = open(words[1], O_RDWR);
    void *mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) return std::puts("memory cannot be mapped"), 4;
    const std::unique_ptr<Vtop> top{new Vtop};
    Soc soc(*top, std::atoi(words[4]), Memory{(uint8_t *)mapped, size}, std::atoi(words[3]));
    const long pace = std::atol(words[5]);
    soc.reset();
    std::string line, verb;
    while (std::getline(std::cin, line)) {
        std::istringstream text(line);
        unsigned long a = 0, b = 0;
        text >> verb >> a >> b;
        unsigned long answer = 0;
        if (verb == "read") answer = soc.access(a, false, 0), soc.run(pace);
        else if (verb == "write") soc.access(a, true, b), soc.run(pace);
        else if (verb == "run") soc.run(a);
        else if (verb == "irq") answer = top->irq && soc.cycle >= soc.muted_until;
        else if (verb == "cycles") answer = soc.cycle;
        else if (verb == "taken") answer = soc.left_sent + soc.right_sent;
        else if (verb == "came") answer = soc.received.size();
        else if (verb == "short_left") soc.left_dma.cut = a;
        else if (verb == "short_right") soc.right_dma.cut = a;
        else if (verb == "short_disparity") soc.disparity_dma.cut = a;
        else if (verb == "refuse") soc.left_dma.refuse = a;
        else if (verb == "stall") soc.memory.stalled_until = soc.cycle + a;
        else if (verb == "mute") soc.muted_until = soc.cycle + a;
        else if (verb == "reset") soc.reset_dma(false), soc.reset_dma(true), soc.reset_accelerator();
        else if (verb == "reset_accelerator") soc.reset_accelerator();
        else return std::printf("no command %s\n", verb.c_str()), 4;
        std::cout << answer << std::endl;
    }
}
