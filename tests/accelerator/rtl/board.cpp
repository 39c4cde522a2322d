// Drives the accelerator's ports by a script: lines of `file`, what each does stands in `main`. Reads left.bin and
// right.bin, three 32-bit words a beat (TDATA, TUSER, TLAST), and leaves out.bin, four a beat: these, and its cycle.
#include "Vtop.h"
#include "axi.h"

static std::vector<Beat> load(const char *name) {
    std::ifstream file(name, std::ios::binary);
    std::vector<Beat> beats;
    uint32_t words[3];
    while (file.read((char *)words, sizeof words)) beats.push_back({words[0], words[1] != 0, words[2] != 0});
    return beats;
}

int main(int, char **words) {
    const std::unique_ptr<Vtop> top{new Vtop};
    Board board(*top, std::atoi(words[1]));
    board.left = load("left.bin");
    board.right = load("right.bin");
    board.reset();
    std::ifstream script("script");
    std::string line, verb;
    while (std::getline(script, line)) {
        std::istringstream text(line);
        unsigned long a = 0, b = 0, strobe = 15;
        text >> verb >> std::setbase(0) >> a >> b >> strobe;
        if (verb == "write") board.write(a, b, strobe);
        if (verb == "read") std::printf("%u\n", board.read(a));
        if (verb == "irq") std::printf("%u\n", top->irq);
        if (verb == "send") board.left_end = a, board.right_end = b; // so many beats in all
        if (verb == "listen") board.listening = a;
        if (verb == "run")
            for (unsigned long i = 0; i < a; i++) board.step();
        // Until so many beats have come, or both images' beats are taken.
        for (unsigned long cycles = 0; verb == "expect" ? board.received.size() < a : verb == "taken" && (board.left_sent < a || board.right_sent < b); cycles++) {
            board.step();
            if (cycles > 2000000)
                return std::printf("%s: %zu beats came, %zu and %zu were taken\n", line.c_str(), board.received.size(), board.left_sent, board.right_sent), 3;
        }
    }
    std::ofstream out("out.bin", std::ios::binary);
    for (size_t i = 0; i < board.received.size(); i++) {
        const Beat &beat = board.received[i];
        const uint32_t found[4] = {beat.data, beat.user, beat.last, (uint32_t)board.cycles[i]};
        out.write((const char *)found, sizeof found);
    }
    return 0;
}
