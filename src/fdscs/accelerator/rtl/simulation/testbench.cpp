// The golden pair through the accelerator: `testbench FOLDER FRAMES SEED` writes the size by AXI4-Lite, sends left.dat
// and right.dat of FOLDER FRAMES times, back to back, and holds every beat that comes against disparity.dat. Where SEED is
// not 0, all sides pause at random. Exit status 0 where all is as expected.
#include "Vtop.h"
#include "axi.h"

static const uint32_t ID = 0x00, VERSION = 0x04, GRAPH = 0x08, OPTIONS = 0x0c, SIZE = 0x28, FRAMES = 0x2c, INTERVAL = 0x30;
static const uint32_t ERRORS = 0x34, INTERRUPT_ENABLE = 0x38, INTERRUPTS = 0x3c;
static const long QUIET = 1000000; // cycles without a beat: it stands still

static size_t columns_of(const std::vector<Beat> &beats) {
    for (size_t i = 0; i < beats.size(); i++)
        if (beats[i].last) return i + 1;
    return beats.size();
}

// A pixel, red in the low byte, as TDATA has it; the upper byte of 32 bits is ignored.
static uint32_t coloured(uint32_t rgb, uint32_t options, size_t i) {
    const uint32_t red = rgb & 255, green = rgb >> 8 & 255, blue = rgb >> 16 & 255;
    const uint32_t pixel = options & 2 ? red << 16 | blue << 8 | green : rgb;
    return options & 4 ? pixel | (uint32_t)(i * 37 & 255) << 24 : pixel;
}

static std::vector<Beat> stream(const std::vector<Beat> &frame, int frames, uint32_t options, bool pixels) {
    std::vector<Beat> beats;
    for (int n = 0; n < frames; n++)
        for (size_t i = 0; i < frame.size(); i++) {
            Beat beat = frame[i];
            if (pixels) beat.data = coloured(beat.data, options, i);
            if (options & 1) beat.last = i + 1 == frame.size();
            beats.push_back(beat);
        }
    return beats;
}

static int failed(const char *what, unsigned found, unsigned expected) {
    std::printf("%s: %#x, expected %#x\n", what, found, expected);
    return 1;
}

int main(int count, char **words) {
    const std::string folder = count > 1 ? words[1] : "vectors";
    const int frames = count > 2 ? std::atoi(words[2]) : 3, seed = count > 3 ? std::atoi(words[3]) : 0;
    const std::unique_ptr<Vtop> top{new Vtop};
    Board board(*top, seed);
    board.reset();
    if (board.read(ID) != 0x46445343) return failed("ID", board.read(ID), 0x46445343);
    if (board.read(VERSION) != 1) return failed("VERSION", board.read(VERSION), 1);
    const uint32_t options = board.read(OPTIONS);

    const std::vector<Beat> golden = read_beats(folder + "/disparity.dat");
    const size_t columns = columns_of(golden), rows = golden.size() / columns;
    board.left = stream(read_beats(folder + "/left.dat"), frames, options, true);
    board.right = stream(read_beats(folder + "/right.dat"), frames, options, true);
    const std::vector<Beat> expected = stream(golden, frames, options, false);
    board.write(SIZE, columns << 16 | rows);
    board.write(INTERRUPT_ENABLE, 3);
    board.left_end = board.left.size(), board.right_end = board.right.size();
    std::printf("graph %08x, %zux%zu pixels, %d frames\n", board.read(GRAPH), rows, columns, frames);

    for (long quiet = 0; board.received.size() < expected.size(); quiet++) {
        const size_t had = board.received.size() + board.left_sent + board.right_sent;
        board.step();
        if (board.received.size() + board.left_sent + board.right_sent != had) quiet = 0;
        if (quiet > QUIET) return std::printf("nothing moves: %zu of %zu beats came\n", board.received.size(), expected.size()), 1;
    }
    for (int i = 0; i < 1000; i++) board.step();
    if (board.received.size() != expected.size()) return failed("beats", board.received.size(), expected.size());
    size_t wrong = 0;
    for (size_t i = 0; i < expected.size(); i++) {
        if (board.received[i] == expected[i]) continue;
        if (wrong++ == 0) {
            const size_t pixel = i % golden.size();
            const Beat &found = board.received[i];
            std::printf("first difference: frame %zu, row %zu, column %zu: %u (TUSER %d, TLAST %d), expected %u (%d, %d)\n",
                        i / golden.size(), pixel / columns, pixel % columns, found.data, found.user, found.last,
                        expected[i].data, expected[i].user, expected[i].last);
        }
    }
    if (wrong) return std::printf("%zu of %zu beats differ\n", wrong, expected.size()), 1;
    if (board.read(ERRORS) != 0) return failed("ERRORS", board.read(ERRORS), 0);
    if (board.read(FRAMES) != (uint32_t)frames) return failed("FRAMES", board.read(FRAMES), frames);
    if (board.read(INTERRUPTS) != 1 || !top->irq) return failed("INTERRUPTS", board.read(INTERRUPTS), 1);
    std::printf("bit-exact: %d frames, %zu pixels", frames, expected.size());
    if (frames > 1) std::printf("; %u cycles from frame to frame", board.read(INTERVAL));
    return std::puts("."), 0;
}
