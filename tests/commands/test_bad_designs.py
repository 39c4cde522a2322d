"""What `fdscs hls` and `fdscs rtl` refuse."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fdscs.export.build import parameter_shapes, write_build
from fdscs.model.config import Architecture
from fdscs.model.fdscs import build_graph

Refused = Callable[..., str]


@pytest.mark.parametrize("command", ["hls", "rtl"])
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--board", "ZX81"), "--board ZX81: choose from ZCU104, ZCU102, KV260, U250."),
        (("--fps", "1e6"), "1e+06 frames/s is out of reach: "),
        (("--size", "80"), "--size 80: give rows x columns"),
        (("--size", "80x15"), "--size 80x15: give rows x columns"),
        (("--max-columns", "100"), "--max-columns 100: images of --size are 160 columns wide; "),
        (("--parallelism", "enc9=1x1"), "--parallelism enc9=1x1: write layer=SIMDxPE"),
        (("--parallelism", "enc0=1"), "--parallelism enc0=1: write layer=SIMDxPE"),
        (("--parallelism", "enc0=1x1x1x1"), "--parallelism enc0=1x1x1x1: write layer=SIMDxPE"),
        (
            ("--parallelism", "enc0=24x6x3"),
            "--parallelism enc0=24x6x3: for 3 pixels at once: 1 and",
        ),
        (
            ("--parallelism", "enc0=24x6x2"),
            "--parallelism enc0=24x6x2: for 2 pixels at once: 1 cycles",
        ),
        (("--parallelism", "enc0=99x1"), "--parallelism enc0=99x1: enc0 has 24 input and 6 output"),
        (("--crop", "200x40"), "--crop 200x40: the images have 80x160 pixels; take fewer."),
    ],
)
def test_options(
    refused: Refused, build: Path, left: Path, right: Path, tmp_path: Path,
    args: tuple[str, ...], message: str, command: str,
) -> None:  # fmt: skip
    output = tmp_path / "project"
    usual = ("--fps", "30", "--size", "80x160", "--left", left, "--right", right)
    said = refused(command, build, *usual, *args, "-o", output, output=output)
    assert said.startswith(message)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--tlast", "row"), "--tlast row: choose from line, frame."),
        (("--colours", "bgr"), "--colours bgr: choose from rgb, gbr."),
        (("--pixel-bits", "48"), "--pixel-bits 48: choose from 24, 32."),
    ],
)
def test_forms_of_ports(
    refused: Refused, build: Path, tmp_path: Path, args: tuple[str, ...], message: str
) -> None:
    output = tmp_path / "project"
    assert refused("rtl", build, *args, "-o", output, output=output) == message


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("64x20", "the images are 20 pixels wide; this network's 12 disparities"),
        ("18x64", "images of 18x64 pixels are not supported: unet_pad: 9x32 is too small"),
    ],
)
def test_sizes_that_the_network_cannot_take(
    refused: Refused, tmp_path: Path, size: str, message: str
) -> None:
    graph = build_graph(Architecture(disparities=12, unet=(2,) * 6))
    shapes = parameter_shapes(graph)
    params = {name: np.zeros(shape, np.int8) for name, shape in shapes.items()}
    (tmp_path / "build").mkdir()
    write_build(tmp_path / "build", graph, params, {})
    output = tmp_path / "project"
    said = refused("hls", tmp_path / "build", "--size", size, "-o", output, output=output)
    assert said.startswith(message)


@pytest.mark.parametrize("command", ["hls", "rtl"])
def test_a_folder_of_something_else(
    refused: Refused, build: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    said = refused(command, build, "--fps", 30, "--size", "80x160", "-o", tmp_path)
    assert said == f"{tmp_path}: holds something else; choose an empty folder."
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
