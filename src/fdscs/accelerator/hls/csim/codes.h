// Between arrays of codes, pixel by pixel, and streams of words.
#pragma once
#include "../fixed_point.h"

namespace csim {

template <class C, int CHANNELS, int LANES>
void send_codes(hls::stream<fdscs::Word<C, LANES>> &to, const int *codes, size_t pixels) {
    for (size_t n = 0; n < pixels; n++, codes += CHANNELS) {
        for (int first = 0; first < CHANNELS; first += LANES) {
            fdscs::Word<C, LANES> word = fdscs::zero_word<C, LANES>();
            for (int i = 0; i < LANES && first + i < CHANNELS; i++)
                fdscs::set_lane<C>(word, i, codes[first + i]);
            to.write(word);
        }
    }
}

// Lanes that no channel is in must be 0.
template <class C, int CHANNELS, int LANES>
void receive_codes(hls::stream<fdscs::Word<C, LANES>> &from, int *codes, size_t pixels) {
    for (size_t n = 0; n < pixels; n++, codes += CHANNELS) {
        for (int first = 0; first < CHANNELS; first += LANES) {
            const fdscs::Word<C, LANES> word = from.read();
            for (int i = 0; i < LANES; i++) {
                const int code = (int)fdscs::lane<C>(word, i);
                if (first + i < CHANNELS)
                    codes[first + i] = code;
                else if (code != 0)
                    throw Error("a lane without a channel holds " + std::to_string(code));
            }
        }
    }
}

} // namespace csim
