// C simulation of the whole accelerator, or of the network alone, with every tensor recorded.
//
//   simulate images LEFT RIGHT ROWS COLUMNS FOLDER [option …]   8-bit RGB, row by row
//   simulate network COST RGB ROWS COLUMNS FOLDER [option …]    32-bit codes, pixel by pixel
//
//   --tap TENSOR     record a tensor to FOLDER/TENSOR.bin; "all" for every one
//   --depth NAME=N   another depth of a stream
//   --stalls SEED    processes pause at random
//   --frames N       so many frames behind each other in every file; a process begins the next when it
//                    is done with one
//
// FOLDER gets disparity.bin (32-bit codes), streams.csv (depth, most words held) and processes.csv
// (cycles). Exit status 1, and one line on standard error, when anything goes wrong.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "accelerator.h"
#include "fdscs/csim/codes.h"
#include "tensors.h"

using csim::Error;
using csim::scheduler;

namespace {

struct Job {
    std::string kind, first, second, folder;
    fdscs::Size rows, columns;
};

template <class T> std::vector<T> read_file(const std::string &path, size_t count) {
    std::ifstream file(path, std::ios::binary);
    std::vector<T> values(count);
    file.read(reinterpret_cast<char *>(values.data()), (std::streamsize)(count * sizeof(T)));
    if (!file || (size_t)file.gcount() != count * sizeof(T)) throw Error(path + " is too short");
    return values;
}

void write_text(const std::string &path, const std::string &text) {
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file) throw Error(path + " cannot be written");
}

void open_taps(const std::string &folder, const std::string &name) {
    bool found = false;
    for (const fdscs::Tensor &each : fdscs::TENSORS) {
        if (name != "all" && name != each.name) continue;
        csim::taps().open(folder, each.name, each.bits, each.is_signed, each.lanes);
        found = true;
    }
    if (!found) throw Error("no tensor " + name);
}

Job parse(int count, char **words) {
    if (count < 7) throw Error("usage: simulate images|network FIRST SECOND ROWS COLUMNS FOLDER");
    Job job = {words[1], words[2], words[3], words[6], (fdscs::Size)std::atoi(words[4]),
               (fdscs::Size)std::atoi(words[5])};
    if (job.kind != "images" && job.kind != "network") throw Error("images or network, not " + job.kind);
    if (job.columns > fdscs::MAX_COLUMNS || job.columns + 1 < 2 * fdscs::DISPARITIES)
        throw Error(std::to_string(job.columns) + " columns: " +
                    std::to_string(2 * fdscs::DISPARITIES - 1) + " to " +
                    std::to_string(fdscs::MAX_COLUMNS) + " are possible");
    for (int i = 7; i + 1 < count; i += 2) {
        const std::string option = words[i], value = words[i + 1];
        const size_t equals = value.find('=');
        if (option == "--tap") {
            open_taps(job.folder, value);
        } else if (option == "--depth" && equals != std::string::npos) {
            scheduler().depths[value.substr(0, equals)] = std::strtoul(&value[equals + 1], nullptr, 10);
        } else if (option == "--stalls") {
            scheduler().random.seed((unsigned)std::atoi(value.c_str()));
            scheduler().stall_probability = 0.1;
        } else if (option == "--frames" && std::atoi(value.c_str()) > 0) {
            scheduler().frames = std::atoi(value.c_str());
        } else {
            throw Error("unknown option " + option + " " + value);
        }
    }
    return job;
}

// What is sent is in the order of bytes that the ports have.
void send_image(hls::stream<fdscs::ImageBeat> &to, const std::string &path, const Job &job) {
    const size_t frame = (size_t)job.rows * job.columns, pixels = scheduler().frames * frame;
    const std::vector<unsigned char> rgb = read_file<unsigned char>(path, 3 * pixels);
    for (size_t i = 0; i < pixels; i++) {
        const unsigned char *pixel = &rgb[3 * i];
        fdscs::ImageBeat beat;
        beat.data = fdscs::GREEN_FIRST ? pixel[1] | pixel[2] << 8 | pixel[0] << 16
                                       : pixel[0] | pixel[1] << 8 | pixel[2] << 16;
        beat.keep = beat.strb = (1 << fdscs::PIXEL_BITS / 8) - 1;
        beat.user = i % frame == 0;
        beat.last = (i + 1) % (fdscs::FRAME_LAST ? frame : job.columns) == 0;
        to.write(beat);
    }
}

std::vector<int> simulate_images(const Job &job) {
    hls::stream<fdscs::ImageBeat> left("left"), right("right");
    hls::stream<fdscs::DisparityBeat> disparity("disparity");
    send_image(left, job.first, job);
    send_image(right, job.second, job);
    fdscs::Faults left_faults = 0, right_faults = 0;
    fdscs_accelerator(left, right, disparity, job.rows, job.columns, left_faults, right_faults);
    if (left_faults || right_faults) throw Error("a fault of an image is reported, and there is none");
    std::vector<int> codes;
    for (int row = 0; row < scheduler().frames * job.rows; row++) {
        const int y = row % job.rows;
        for (int x = 0; x < job.columns; x++) {
            const fdscs::DisparityBeat beat = disparity.read();
            const bool last = x == job.columns - 1 && (!fdscs::FRAME_LAST || y == job.rows - 1);
            if ((beat.user != 0) != (y == 0 && x == 0) || (beat.last != 0) != last)
                throw Error("TUSER or TLAST is wrong at row " + std::to_string(y) + ", column " +
                            std::to_string(x));
            codes.push_back((int)beat.data);
        }
    }
    return codes;
}

std::vector<int> simulate_network(const Job &job) {
    hls::stream<fdscs::Word<fdscs::CostCodes, fdscs::COST_LANES>> cost("cost");
    hls::stream<fdscs::Word<fdscs::RgbCodes, 3>> rgb("rgb");
    hls::stream<fdscs::Word<fdscs::OutCodes, 1>> out("out_relu");
    const size_t pixels =
        (size_t)scheduler().frames * ((job.rows + 1) / 2) * ((job.columns + 1) / 2);
    const std::vector<int> costs = read_file<int>(job.first, pixels * fdscs::COST_CHANNELS);
    csim::send_codes<fdscs::CostCodes, fdscs::COST_CHANNELS, fdscs::COST_LANES>(cost, costs.data(),
                                                                               pixels);
    const std::vector<int> colours = read_file<int>(job.second, 3 * pixels);
    csim::send_codes<fdscs::RgbCodes, 3, 3>(rgb, colours.data(), pixels);
    FDSCS_REGION("network", fdscs::network(cost, rgb, out, job.rows, job.columns));
    FDSCS_JOIN();
    std::vector<int> codes(pixels);
    csim::receive_codes<fdscs::OutCodes, 1, 1>(out, codes.data(), pixels);
    return codes;
}

void report(const Job &job, const std::vector<int> &codes) {
    csim::taps().close();
    if (!scheduler().leftover.empty()) throw Error(scheduler().leftover);
    std::string streams = "name,depth,most_held\n", processes = "name,cycles\n";
    for (const auto &each : scheduler().usage)
        streams += each.first + "," + std::to_string(each.second.depth) + "," +
                   std::to_string(each.second.high_water) + "\n";
    for (const auto &each : scheduler().cycles)
        processes += each.first + "," + std::to_string(each.second) + "\n";
    write_text(job.folder + "/streams.csv", streams);
    write_text(job.folder + "/processes.csv", processes);
    const char *bytes = reinterpret_cast<const char *>(codes.data());
    write_text(job.folder + "/disparity.bin", std::string(bytes, codes.size() * sizeof(int)));
}

} // namespace

int main(int count, char **words) {
    try {
        const Job job = parse(count, words);
        report(job, job.kind == "images" ? simulate_images(job) : simulate_network(job));
    } catch (const std::exception &error) {
        std::fprintf(stderr, "simulate: %s\n", error.what());
        return 1;
    }
    return 0;
}
