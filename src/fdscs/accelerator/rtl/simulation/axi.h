// AXI4-Stream and AXI4-Lite for a simulated accelerator, `Vtop` by Verilator, a clock cycle at a time. Signals
// change before a rising edge and are read before the next; VALID, once given, stays until it is taken.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

struct Beat {
    uint32_t data;
    bool user, last;
    bool operator==(const Beat &other) const { return data == other.data && user == other.user && last == other.last; }
};

// A file of beats, a line each: TDATA and TKEEP in hexadecimal, TUSER, TLAST; lines that begin with // are comments.
inline std::vector<Beat> read_beats(const std::string &path) {
    std::ifstream file(path);
    std::vector<Beat> beats;
    std::string line;
    while (std::getline(file, line)) {
        if (line.compare(0, 2, "//") == 0) continue;
        std::istringstream words(line);
        unsigned data, keep, user, last;
        words >> std::hex >> data >> keep >> user >> last;
        if (!words) std::printf("%s: not a beat: %s\n", path.c_str(), line.c_str()), std::exit(2);
        beats.push_back({data, user != 0, last != 0});
    }
    if (beats.empty()) std::printf("%s: no beats\n", path.c_str()), std::exit(2);
    return beats;
}

// The accelerator with what is at its ports; where `seed` is not 0, every side pauses at random.
class Board {
  public:
    Vtop &top;
    long cycle = 0;
    std::vector<Beat> left, right; // to be sent
    size_t left_sent = 0, right_sent = 0, left_end = 0, right_end = 0; // sent, and how far to go
    std::vector<Beat> received;
    std::vector<long> cycles; // of these
    bool listening = true; // whether it takes what comes

    Board(Vtop &top, unsigned seed) : top(top), noise(seed), pauses(seed != 0) {}

    virtual ~Board() = default;

    void reset() {
        top.aresetn = 0;
        top.s_axi_awvalid = top.s_axi_wvalid = top.s_axi_bready = top.s_axi_arvalid = top.s_axi_rready = 0;
        top.s_axi_awprot = top.s_axi_arprot = 0;
        top.left_tvalid = top.right_tvalid = top.disparity_tready = 0;
        for (int i = 0; i < 16; i++) clock();
        top.aresetn = 1;
    }

    virtual void step() {
        offer(top.left_tvalid, top.left_tdata, top.left_tuser, top.left_tlast, left, left_sent, left_end);
        offer(top.right_tvalid, top.right_tdata, top.right_tuser, top.right_tlast, right, right_sent, right_end);
        top.disparity_tready = listening && !pause();
        top.eval();
        const bool left_taken = top.left_tvalid && top.left_tready, right_taken = top.right_tvalid && top.right_tready;
        if (top.disparity_tvalid && top.disparity_tready) {
            received.push_back({top.disparity_tdata, top.disparity_tuser != 0, top.disparity_tlast != 0});
            cycles.push_back(cycle);
        }
        clock();
        cycle++;
        if (left_taken) left_sent++, top.left_tvalid = 0;
        if (right_taken) right_sent++, top.right_tvalid = 0;
    }

    void write(uint32_t address, uint32_t value, unsigned strobe = 15) {
        top.s_axi_awaddr = address, top.s_axi_wdata = value, top.s_axi_wstrb = strobe;
        bool addressed = false, given = false, done = false;
        for (int waited = 0; !done; waited++) {
            top.s_axi_awvalid = !addressed && (top.s_axi_awvalid || !pause());
            top.s_axi_wvalid = !given && (top.s_axi_wvalid || !pause());
            top.s_axi_bready = addressed && given && !pause();
            top.eval();
            const bool address_taken = top.s_axi_awvalid && top.s_axi_awready;
            const bool data_taken = top.s_axi_wvalid && top.s_axi_wready;
            done = top.s_axi_bvalid && top.s_axi_bready;
            if (done && top.s_axi_bresp != 0) std::printf("write to %#x: response %d\n", address, top.s_axi_bresp), std::exit(3);
            if (waited > 1000) std::printf("write to %#x: no answer\n", address), std::exit(3);
            step();
            addressed |= address_taken, given |= data_taken;
        }
        top.s_axi_awvalid = top.s_axi_wvalid = top.s_axi_bready = 0;
    }

    uint32_t read(uint32_t address) {
        top.s_axi_araddr = address;
        bool addressed = false, done = false;
        uint32_t value = 0;
        for (int waited = 0; !done; waited++) {
            top.s_axi_arvalid = !addressed && (top.s_axi_arvalid || !pause());
            top.s_axi_rready = addressed && !pause();
            top.eval();
            const bool taken = top.s_axi_arvalid && top.s_axi_arready;
            done = top.s_axi_rvalid && top.s_axi_rready;
            value = top.s_axi_rdata;
            if (done && top.s_axi_rresp != 0) std::printf("read of %#x: response %d\n", address, top.s_axi_rresp), std::exit(3);
            if (waited > 1000) std::printf("read of %#x: no answer\n", address), std::exit(3);
            step();
            addressed |= taken;
        }
        top.s_axi_arvalid = top.s_axi_rready = 0;
        return value;
    }

  private:
    std::mt19937 noise;
    bool pauses;
    bool pause() { return pauses && noise() % 2; }
    void clock() { top.aclk = 1, top.eval(), top.aclk = 0, top.eval(); }

    template <class Data>
    void offer(CData &valid, Data &data, CData &user, CData &last, const std::vector<Beat> &beats, size_t sent, size_t end) {
        if (!valid && sent < end) valid = !pause();
        const Beat beat = valid ? beats[sent] : Beat{0xadbeef, true, true}; // what is not valid is not looked at
        data = beat.data, user = beat.user, last = beat.last;
    }
};
