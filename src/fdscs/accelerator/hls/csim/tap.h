// Records what passes through the streams of named tensors.
#pragma once
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include "scheduler.h"

namespace csim {

// One tensor: its codes go to a file, lane by lane, in 1, 2 or 4 bytes each.
struct Tap {
    std::FILE *file;
    int bits, lanes;
    bool is_signed;

    void put(long long code) const {
        const int bytes = bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
        const uint32_t raw = (uint32_t)code;
        if (std::fwrite(&raw, 1, bytes, file) != (size_t)bytes) // little-endian hosts
            throw Error("a tensor cannot be written: disk full?");
    }
};

class Taps {
  public:
    void open(const std::string &folder, const std::string &name, int bits, bool is_signed,
              int lanes) {
        std::FILE *file = std::fopen((folder + "/" + name + ".bin").c_str(), "wb");
        if (!file) throw Error(folder + "/" + name + ".bin cannot be written");
        taps_[name] = Tap{file, bits, lanes, is_signed};
    }

    Tap *find(const std::string &name) {
        const auto found = taps_.find(name);
        return found == taps_.end() ? nullptr : &found->second;
    }

    void close() {
        for (auto &tap : taps_)
            if (std::fclose(tap.second.file))
                throw Error(tap.first + " cannot be written: disk full?");
        taps_.clear();
    }

  private:
    std::map<std::string, Tap> taps_;
};

inline Taps &taps() {
    static Taps taps;
    return taps;
}

// Native words have lanes; those of ap_uint are bits.
template <class W> auto record(const Tap &tap, const W &word) -> decltype((void)word.lane[0]) {
    for (int i = 0; i < tap.lanes; i++) tap.put(word.lane[i]);
}

template <class W> auto record(const Tap &tap, const W &word) -> decltype((void)word.range(0, 0)) {
    for (int i = 0; i < tap.lanes; i++) {
        const unsigned long long raw = word.range((i + 1) * tap.bits - 1, i * tap.bits).to_uint64();
        const unsigned long long half = 1ULL << (tap.bits - 1);
        tap.put(tap.is_signed ? (long long)(raw ^ half) - (long long)half : (long long)raw);
    }
}

template <class W> auto record(const Tap &, const W &word) -> decltype((void)word.last) {}

} // namespace csim
