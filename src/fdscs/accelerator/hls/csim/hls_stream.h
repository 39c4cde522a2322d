// Stand-in for the tool's hls_stream.h in C simulation: bounded, counted, observed.
#pragma once
#include <vector>

#include "scheduler.h"
#include "tap.h"

namespace hls {

template <class T, int DEPTH = 0> class stream;

// A stream of no declared depth, such as a test bench's, takes any number of words.
template <class T> class stream<T, 0> {
  public:
    explicit stream(const char *name = "", size_t depth = 0) : name_(name), depth_(depth) {
        const auto chosen = csim::scheduler().depths.find(name_);
        if (chosen != csim::scheduler().depths.end()) depth_ = chosen->second;
        tap_ = csim::taps().find(name_);
        words_.resize(depth_ ? depth_ : 16);
    }
    stream(const stream &) = delete;
    stream &operator=(const stream &) = delete;
    ~stream() { csim::scheduler().retire(name_, depth_, high_water_, count_); }

    void write(const T &word) {
        csim::scheduler().maybe_stall();
        while (depth_ && count_ == depth_) wait_for(writer_, "for room in ");
        if (count_ == words_.size()) grow();
        words_[(head_ + count_) % words_.size()] = word;
        if (++count_ > high_water_) high_water_ = count_;
        if (tap_) csim::record(*tap_, word);
        csim::scheduler().wake(reader_);
    }

    T read() {
        csim::scheduler().maybe_stall();
        while (count_ == 0) wait_for(reader_, "for a word in ");
        const T word = words_[head_];
        head_ = (head_ + 1) % words_.size();
        count_--;
        csim::scheduler().wake(writer_);
        return word;
    }

    void read(T &word) { word = read(); }
    bool empty() const { return count_ == 0; }
    size_t size() const { return count_; }

  private:
    void wait_for(csim::Process *&side, const char *what) {
        std::string why = what + name_;
        if (depth_) why += " (depth " + std::to_string(depth_) + ")";
        side = csim::scheduler().current();
        if (!side) throw csim::Error("the test bench waits " + why);
        csim::scheduler().wait(why);
    }

    void grow() {
        std::vector<T> more(2 * words_.size());
        for (size_t i = 0; i < count_; i++) more[i] = words_[(head_ + i) % words_.size()];
        words_.swap(more);
        head_ = 0;
    }

    std::string name_;
    size_t depth_, head_ = 0, count_ = 0, high_water_ = 0;
    std::vector<T> words_;
    csim::Tap *tap_;
    csim::Process *reader_ = nullptr, *writer_ = nullptr;
};

template <class T, int DEPTH> class stream : public stream<T, 0> {
  public:
    explicit stream(const char *name = "") : stream<T, 0>(name, DEPTH) {}
};

} // namespace hls
