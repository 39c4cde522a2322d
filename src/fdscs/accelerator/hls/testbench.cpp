// Test bench for C simulation and co-simulation: sends golden images, expects golden disparity.
//
// Reads vectors/left.dat, right.dat and disparity.dat: a beat a line, TDATA in hexadecimal, TKEEP,
// TUSER, TLAST; lines that begin with // are comments. Exit status 0 if every beat is as expected.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "accelerator.h"

namespace {

struct Beat {
    unsigned data, user, last;
};

std::vector<Beat> read_beats(const std::string &path) {
    std::ifstream file(path);
    std::vector<Beat> beats;
    std::string line;
    while (std::getline(file, line)) {
        if (line.compare(0, 2, "//") == 0) continue;
        std::istringstream words(line);
        unsigned data, keep, user, last;
        words >> std::hex >> data >> keep >> user >> last;
        if (!words) {
            std::fprintf(stderr, "%s: not a beat: %s\n", path.c_str(), line.c_str());
            std::exit(2);
        }
        beats.push_back({data, user, last});
    }
    if (beats.empty()) {
        std::fprintf(stderr, "%s: no beats\n", path.c_str());
        std::exit(2);
    }
    return beats;
}

int columns_of(const std::vector<Beat> &beats) {
    for (size_t i = 0; i < beats.size(); i++)
        if (beats[i].last) return (int)i + 1;
    return 0;
}

void send(const std::vector<Beat> &beats, hls::stream<fdscs::PixelBeat> &to) {
    for (const Beat &each : beats) {
        fdscs::PixelBeat beat;
        beat.data = each.data;
        beat.keep = beat.strb = 7;
        beat.user = each.user;
        beat.last = each.last;
        beat.id = beat.dest = 0;
        to.write(beat);
    }
}

} // namespace

int main(int count, char **words) {
    const std::string folder = count > 1 ? words[1] : "vectors";
    const std::vector<Beat> left = read_beats(folder + "/left.dat");
    const std::vector<Beat> right = read_beats(folder + "/right.dat");
    const std::vector<Beat> expected = read_beats(folder + "/disparity.dat");
    const int columns = columns_of(left), rows = (int)left.size() / columns;

    hls::stream<fdscs::PixelBeat> left_pixels("left"), right_pixels("right");
    hls::stream<fdscs::DisparityBeat> disparity("disparity");
    send(left, left_pixels);
    send(right, right_pixels);
    fdscs_accelerator(left_pixels, right_pixels, disparity, rows, columns);

    int wrong = 0;
    for (size_t i = 0; i < expected.size(); i++) {
        const fdscs::DisparityBeat beat = disparity.read();
        const unsigned data = (unsigned)beat.data, user = (unsigned)beat.user, last = (unsigned)beat.last;
        if (data == expected[i].data && user == expected[i].user && last == expected[i].last) continue;
        if (wrong++ == 0)
            std::printf("first difference at row %d, column %d: %u, expected %u\n",
                        (int)i / columns, (int)i % columns, data, expected[i].data);
    }
    std::printf("%d of %d beats differ\n", wrong, (int)expected.size());
    return wrong ? 1 : 0;
}
