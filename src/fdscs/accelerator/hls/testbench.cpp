// Test bench for C simulation and co-simulation: sends golden images three times, each frame at once
// behind the one before, and expects golden disparity each time. Co-simulation's report has the
// interval from one start to the next.
//
// Reads vectors/left.dat, right.dat and disparity.dat: a beat a line, TDATA in hexadecimal, TKEEP,
// TUSER, TLAST on the last of each row; lines that begin with // are comments. Colours and TLAST are sent, and
// TLAST expected, as the ports have them. Exit status 0 if every beat is as expected.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "accelerator.h"

namespace {

const int FRAMES = 3;

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

bool last_of(const std::vector<Beat> &beats, size_t at) {
    return fdscs::FRAME_LAST ? at + 1 == beats.size() : beats[at].last;
}

void send(const std::vector<Beat> &beats, hls::stream<fdscs::ImageBeat> &to) {
    for (size_t i = 0; i < beats.size(); i++) {
        const unsigned rgb = beats[i].data;
        fdscs::ImageBeat beat;
        beat.data = fdscs::GREEN_FIRST ? rgb >> 8 | (rgb & 0xff) << 16 : rgb;
        beat.keep = beat.strb = (1 << fdscs::PIXEL_BITS / 8) - 1;
        beat.user = beats[i].user;
        beat.last = last_of(beats, i);
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

    hls::stream<fdscs::ImageBeat> left_pixels("left"), right_pixels("right");
    fdscs::Faults left_faults = 0, right_faults = 0;
    hls::stream<fdscs::DisparityBeat> disparity("disparity");
    for (int frame = 0; frame < FRAMES; frame++) {
        send(left, left_pixels);
        send(right, right_pixels);
    }
    for (int frame = 0; frame < FRAMES; frame++)
        fdscs_accelerator(left_pixels, right_pixels, disparity, rows, columns, left_faults,
                          right_faults);

    int wrong = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
        for (size_t i = 0; i < expected.size(); i++) {
            const fdscs::DisparityBeat beat = disparity.read();
            const Beat found = {(unsigned)beat.data, (unsigned)beat.user, (unsigned)beat.last};
            if (found.data == expected[i].data && found.user == expected[i].user &&
                found.last == (unsigned)last_of(expected, i))
                continue;
            if (wrong++ == 0)
                std::printf("first difference in frame %d at row %d, column %d: %u, expected %u\n",
                            frame, (int)i / columns, (int)i % columns, found.data, expected[i].data);
        }
    }
    if (left_faults || right_faults) {
        std::printf("a fault of an image is reported, and there is none\n");
        wrong++;
    }
    std::printf("%d of %d beats differ\n", wrong, FRAMES * (int)expected.size());
    return wrong ? 1 : 0;
}
