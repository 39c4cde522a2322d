// C simulation of a dataflow region: its processes run side by side on streams of bounded depth.
//
// Each process is a coroutine that runs until it reads an empty stream or writes a full one. When
// none can go on, the processes that wait and the streams they wait for are reported. With stalls,
// processes pause at random; nothing that they compute may depend on it.
#pragma once
#include <sys/mman.h>
#include <ucontext.h>

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace csim {

struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Process {
    std::string name;
    std::function<void()> body;
    Process *parent = nullptr;
    int children = 0; // that have not finished
    bool finished = false, joining = false;
    std::string waits; // for what, while it does
    unsigned long long cycles = 0;
    ucontext_t context;
    void *stack = nullptr;
    void *fake_stack = nullptr; // AddressSanitizer's
};

struct StreamUse {
    size_t depth = 0, high_water = 0;
};

class Scheduler {
  public:
    double stall_probability = 0;
    int frames = 1; // that each process takes, one after the other, whatever the others do
    std::mt19937 random;
    std::map<std::string, size_t> depths;    // instead of those declared
    std::map<std::string, StreamUse> usage;  // of streams that are gone
    std::map<std::string, unsigned long long> cycles; // of processes that have finished

    // Starts a process of the region that is being built.
    void add(const std::string &name, std::function<void()> body) {
        std::unique_ptr<Process> process(new Process);
        process->name = name;
        process->body = std::move(body);
        process->parent = current_;
        children_of(current_)++;
        ready_.push_back(process.get());
        processes_.push_back(std::move(process));
    }

    // Waits until every process of this region has finished; throws Error where they cannot go on.
    void run() {
        if (current_) {
            while (current_->children > 0) {
                current_->joining = true;
                current_->waits = "for its processes";
                leave();
            }
            return;
        }
        while (root_children_ > 0) {
            if (ready_.empty()) fail(deadlock());
            Process *next = ready_.front();
            ready_.pop_front();
            enter(*next);
            if (failure_) {
                std::exception_ptr failure = failure_;
                failure_ = nullptr;
                std::rethrow_exception(failure);
            }
        }
        processes_.clear();
    }

    // Counts an iteration of the running process.
    void tick() {
        if (current_) current_->cycles++;
    }

    // The running process, or none.
    Process *current() { return current_; }

    // Makes the running process wait; another calls `wake` when it can go on.
    void wait(const std::string &why) {
        current_->waits = why;
        leave();
    }

    void wake(Process *&process) {
        if (process) ready_.push_back(process);
        process = nullptr;
    }

    // Perhaps lets others go first.
    void maybe_stall() {
        if (stall_probability <= 0 || !current_) return;
        if (std::uniform_real_distribution<>(0, 1)(random) >= stall_probability) return;
        ready_.push_back(current_);
        leave();
    }

    void width_error(long long code, int bits, bool is_signed) {
        throw Error((current_ ? current_->name : std::string("test bench")) + ": " +
                    std::to_string(code) + " does not fit " + (is_signed ? "s" : "u") +
                    std::to_string(bits));
    }

    // A stream is gone; what it holds has been lost.
    void retire(const std::string &name, size_t depth, size_t high_water, size_t left) {
        usage[name] = {depth, high_water};
        if (left && !failure_ && leftover.empty())
            leftover = name + " still holds " + std::to_string(left) + " words";
    }

    std::string leftover; // the first stream that did not end empty

  private:
    static const size_t STACK_BYTES = size_t(1) << 28; // reserved, not used: line buffers live there

    int &children_of(Process *parent) { return parent ? parent->children : root_children_; }

    void enter(Process &process) {
        if (!process.stack) prepare(process);
        current_ = &process;
        switch_to(&main_, &process.context, &main_fake_stack_, process.stack, STACK_BYTES);
        current_ = nullptr;
        if (process.finished) end(process);
    }

    void leave() {
        Process &process = *current_;
        switch_to(&process.context, &main_, process.finished ? nullptr : &process.fake_stack,
                  main_stack_, main_stack_bytes_);
    }

    void prepare(Process &process) {
        process.stack = mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (process.stack == MAP_FAILED) throw Error("no memory for " + process.name);
        getcontext(&process.context);
        process.context.uc_stack.ss_sp = process.stack;
        process.context.uc_stack.ss_size = STACK_BYTES;
        process.context.uc_link = nullptr;
        makecontext(&process.context, &Scheduler::body, 0);
    }

    void end(Process &process) {
        munmap(process.stack, STACK_BYTES);
        cycles[process.name] += process.cycles;
        if (--children_of(process.parent) == 0 && process.parent && process.parent->joining) {
            process.parent->joining = false;
            ready_.push_back(process.parent);
        }
    }

    static void body();

    void switch_to(ucontext_t *from, ucontext_t *to, void **fake_stack, const void *stack,
                   size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_start_switch_fiber(fake_stack, stack, bytes);
        swapcontext(from, to);
        arrived(fake_stack ? *fake_stack : nullptr);
#else
        (void)fake_stack, (void)stack, (void)bytes;
        swapcontext(from, to);
#endif
    }

    void arrived(void *fake_stack) {
#if defined(__SANITIZE_ADDRESS__)
        const void *stack;
        size_t bytes;
        __sanitizer_finish_switch_fiber(fake_stack, &stack, &bytes);
        if (current_ && !main_stack_) main_stack_ = stack, main_stack_bytes_ = bytes;
#else
        (void)fake_stack;
#endif
    }

    std::string deadlock() const {
        std::string text = "deadlock:";
        for (const auto &process : processes_)
            if (!process->finished && !process->joining)
                text += " " + process->name + " waits " + process->waits + ";";
        text.pop_back();
        return text;
    }

    [[noreturn]] void fail(const std::string &why) { throw Error(why); }

    std::vector<std::unique_ptr<Process>> processes_;
    std::deque<Process *> ready_;
    Process *current_ = nullptr;
    int root_children_ = 0;
    std::exception_ptr failure_;
    ucontext_t main_;
    void *main_fake_stack_ = nullptr;
    const void *main_stack_ = nullptr;
    size_t main_stack_bytes_ = 0;
};

inline Scheduler &scheduler() {
    static Scheduler scheduler;
    return scheduler;
}

inline void Scheduler::body() {
    Scheduler &self = scheduler();
    self.arrived(nullptr);
    Process &process = *self.current_;
    try {
        process.body();
    } catch (...) {
        self.failure_ = std::current_exception();
    }
    process.finished = true;
    self.leave();
}

} // namespace csim
