"""The borders of the HLS C++: frames, whatever beats come; every form of pixels and TLAST."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.hls.project import LIBRARY
from fdscs.accelerator.hls.simulate import COMPILER, FLAGS, HlsBackend
from fdscs.export.build import Build
from fdscs.hardware.ports import Ports
from fdscs.hls_reference.run import run_images
from tests.accelerator.borders import DMA, LONG, LOST, SIZE, VIDEO, Border, harmed, pictures
from tests.accelerator.hls.kernel import STRICT
from tests.accelerator.hls.test_accelerator import QUICK, small_flow
from tests.accelerator.rtl.board import Beats, image_beats

FORMS = [VIDEO, DMA, Ports(32, "gbr"), Ports(32, "gbr", "frame")]
HARNESS = """
#include <cstdio>
#include <vector>
#include "fdscs/ops/axi_image.h"
// BEATS ROWS COLUMNS FRAMES PIXELS FAULTS: beats are TDATA, TUSER, TLAST, 32 bits each.
int main(int, char **words) {
    const int rows = std::atoi(words[2]), columns = std::atoi(words[3]);
    csim::scheduler().frames = std::atoi(words[4]);
    hls::stream<fdscs::PixelBeat<BORDER_BITS>> beats("beats");
    hls::stream<fdscs::Word<fdscs::Byte, 3>> pixels("pixels");
    std::FILE *file = std::fopen(words[1], "rb");
    for (unsigned beat[3]; std::fread(beat, 4, 3, file) == 3;) {
        fdscs::PixelBeat<BORDER_BITS> made;
        made.data = beat[0], made.user = beat[1], made.last = beat[2];
        beats.write(made);
    }
    std::fclose(file);
    fdscs::Border border;
    std::vector<unsigned char> told;
    auto frame = [&] {
        fdscs::Faults faults = 0;
        fdscs::axi_image<BORDER_BITS, BORDER_GBR, BORDER_DMA>(
            beats, pixels, border, faults, rows, columns);
        told.push_back(faults);
    };
    FDSCS_PROCESS("image", frame());
    FDSCS_JOIN();
    file = std::fopen(words[5], "wb");
    while (!pixels.empty()) {
        const fdscs::Word<fdscs::Byte, 3> pixel = pixels.read();
        for (int c = 0; c < 3; c++) std::fputc((int)fdscs::lane<fdscs::Byte>(pixel, c), file);
    }
    std::fclose(file);
    file = std::fopen(words[6], "wb");
    std::fwrite(told.data(), 1, told.size(), file);
    std::fclose(file);
}
"""
Run = Callable[[Ports, Beats, int], tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def border(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Frames (N, rows, columns, 3), and the faults of each, of beats at a border."""
    programs: dict[Ports, Path] = {}

    def run(ports: Ports, beats: Beats, frames: int) -> tuple[np.ndarray, np.ndarray]:
        if ports not in programs:
            programs[ports] = compiled(ports, tmp_path_factory.mktemp("border"))
        program = programs[ports]
        given, pixels, faults = (program.with_name(each) for each in ("beats", "pixels", "faults"))
        np.ascontiguousarray(beats, np.uint32).tofile(given)
        subprocess.run([program, given, *map(str, SIZE), str(frames), pixels, faults], check=True)
        made = np.fromfile(pixels, np.uint8).reshape(frames, *SIZE, 3)
        return made, np.fromfile(faults, np.uint8)

    return run


def compiled(ports: Ports, folder: Path) -> Path:
    (folder / "fdscs").symlink_to(LIBRARY)
    (folder / "main.cpp").write_text(HARNESS)
    values = {
        "BORDER_BITS": ports.pixel_bits,
        "BORDER_GBR": int(ports.colours == "gbr"),
        "BORDER_DMA": int(ports.tlast == "frame"),
    }
    defined = [f"-D{name}={value}" for name, value in values.items()]
    include = [f"-I{folder}", f"-I{LIBRARY / 'csim'}"]
    command = [COMPILER, *FLAGS, "-DFDSCS_NATIVE", *STRICT, *defined, *include]
    subprocess.run([*command, folder / "main.cpp", "-o", folder / "main"], check=True)
    return folder / "main"


@pytest.mark.parametrize("ports", FORMS, ids=str)
def test_frames_of_every_form(border: Run, ports: Ports) -> None:
    frames = pictures(3)
    made, faults = border(ports, image_beats(frames, ports), 3)
    assert np.array_equal(made, frames) and not faults.any()


@pytest.mark.parametrize("ports", [VIDEO, DMA], ids=["video", "DMA"])
def test_any_faults_make_what_the_rule_says(border: Run, ports: Ports) -> None:
    """Of 60 random faults; those of the SystemVerilog are tried against the same rule."""
    seen = 0
    for seed in range(60):
        beats = harmed(image_beats(pictures(6, seed=seed), ports), np.random.default_rng(seed))
        rule = Border(beats, ports)
        made, faults = border(ports, beats, len(rule.frames))
        assert np.array_equal(made, rule.frames), seed
        told = int(np.bitwise_or.reduce(faults)) << 1
        # what follows the last whole frame is not read before the next one is wanted
        assert told & ~rule.errors == 0 and rule.errors & ~told in (0, LONG, LOST, LONG | LOST)
        seen |= told
    assert seen == (30 if ports is VIDEO else 22)


def test_the_accelerator_with_other_ports(tiny_build: Build, random_images: Callable) -> None:
    flow = small_flow(tiny_build.graph)
    ports = Ports(32, "gbr", "frame")
    backend = HlsBackend(tiny_build, flow, QUICK, ports)
    left, right = random_images(35, 61, 3)
    expected = run_images(tiny_build.graph, tiny_build.params, left, right)["disparity"]
    assert np.array_equal(backend.run_images(left, right)["disparity"], expected)
