"""The folder that `fdscs board` writes: sources, scripts for Vivado, and all that a board needs."""

import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.kits.boards import KitBoard
from fdscs.accelerator.kits.cells import ACCELERATOR, INTERRUPT, LEFT, REGISTERS, RIGHT
from fdscs.accelerator.kits.simulation import PORTS
from fdscs.accelerator.project import prepare, render, render_text
from fdscs.accelerator.rtl.vivado import TOP, port_values, write_project
from fdscs.board.description import Description
from fdscs.board.dma import LENGTH_BITS
from fdscs.board.selftest import VECTORS
from fdscs.export.build import Build
from fdscs.hardware.plan import Design
from fdscs.hardware.ports import least_size
from fdscs.hls_reference.run import run_images
from fdscs.model.graph import Graph
from fdscs.model.images import Image
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import replacing, write_text
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Images

PACKAGE = "fdscs.accelerator.kits"
MARK = "kit.json"  # written last: a folder without it is no kit
NAME = "fdscs"  # of the bitstream and what lies beside it
DRIVER = (  # of the package, what runs on a board
    "__init__.py", "board/*.py", "hardware/__init__.py", "hardware/registers.py",
    "storage/__init__.py", "storage/errors.py", "storage/npz.py",
)  # fmt: skip
TEMPLATES = ("Makefile", "README.md")
KRIA = {f"kria/{NAME}.dtsi": "overlay.dtsi", "kria/shell.json": "shell.json",
        f"kria/{NAME}.bif": "bitstream.bif"}  # fmt: skip


def write_kit(
    folder: Path, build: Build, design: Design, board: KitBoard,
    pair: StereoPair, bench: tuple[StereoPair, Images],
) -> None:  # fmt: skip
    """Write a kit for `design`, with golden vectors for `pair`; `bench` is for simulation.

    Raises BadInput for a folder that holds anything but a kit, and for images that DMAs do not
    take.
    """
    check_transfers(design.flow.graph, design.target.size)
    prepare(folder, MARK)
    write_project(folder / "rtl", build, design, PORTS, *bench)
    description = describe(design)
    values = _values(design, board, description)
    script = render_text(board.template, values) if board.template else render(
        PACKAGE, "block_design.tcl", values
    )  # fmt: skip
    write_text(folder / "block_design.tcl", script)
    if board.preset:
        write_text(folder / "preset.tcl", board.preset)
    for name in TEMPLATES:
        write_text(folder / name, render(PACKAGE, name, values))
    for name, template in KRIA.items() if board.kria else ():
        write_text(folder / name, render(PACKAGE, template, values))
    write_text(folder / "board" / f"{NAME}.json", description.text())
    write_vectors(folder / "board" / VECTORS, build, golden_images(build, pair, design.target.size))
    write_driver(folder / "board" / "python" / "fdscs")
    write_text(folder / MARK, description.text())


def describe(design: Design) -> Description:
    """What the driver has to know of a design."""
    graph, target = design.flow.graph, design.target
    fmt = graph.format_of("disparity")
    return Description(
        target.board.name, target.board.part, graph.digest(), target.clock, *target.size,
        round(design.fps, 3), PORTS.colours, fmt.bits, fmt.frac, ACCELERATOR, LEFT, RIGHT,
        INTERRUPT,
    )  # fmt: skip


def golden_images(
    build: Build, pair: StereoPair, size: tuple[int, int]
) -> list[tuple[Image, Image]]:
    """Pairs for the self-test: a small one, noise, and the middle of `pair`, no larger than `size`.

    The last two have one size, so that the board says how fast they come.
    """
    rows, columns = (min(each) for each in zip(pair.size, size, strict=True))
    middle = _middle(pair, rows, columns)
    noise = np.random.default_rng(0).integers(0, 256, (rows, columns + 4, 3), np.uint8)
    low, narrow = least_size(build.graph)
    small = _middle(pair, min(rows, max(low, 32)), min(columns, max(narrow, 64)))
    return [small, (noise[:, :-4].copy(), noise[:, 4:].copy()), middle]


def write_vectors(path: Path, build: Build, pairs: list[tuple[Image, Image]]) -> None:
    """Write pairs with the integer reference's disparity, as `fdscs.board.selftest` reads them."""
    arrays: dict[str, NDArray[Any]] = {}
    for i, (left, right) in enumerate(pairs):
        codes = run_images(build.graph, build.params, left, right)["disparity"][0]
        arrays |= {f"left_{i}": left, f"right_{i}": right, f"disparity_{i}": codes}
    with replacing(path) as temporary:
        np.savez_compressed(temporary, allow_pickle=False, **arrays)


def write_driver(folder: Path) -> None:
    """Copy what of this package runs on a board into `folder`, which is to be its `fdscs`."""
    package = Path(str(files("fdscs")))
    for pattern in DRIVER:
        for source in sorted(package.glob(pattern)):
            with replacing(folder / source.relative_to(package)) as temporary:
                shutil.copyfile(source, temporary)


def check_transfers(graph: Graph, size: tuple[int, int]) -> None:
    """Raise BadInput for what a kit's DMAs cannot do: wide codes, large images."""
    bits = graph.format_of("disparity").bits
    if bits > 16:
        raise BadInput(
            f"a code of disparity has {bits} bits, and a kit's DMA takes 16; export with a "
            "disparity_frac of 6 or less."
        )
    rows, columns = size
    if 4 * rows * columns >= 1 << LENGTH_BITS:
        raise BadInput(
            f"--size {rows}x{columns}: a DMA's transfer is below {1 << LENGTH_BITS - 2} pixels; "
            "choose smaller images."
        )


def _values(design: Design, board: KitBoard, description: Description) -> Mapping[str, Any]:
    """What templates need to know."""
    flow, target = design.flow, design.target
    return {
        **port_values(flow, PORTS, target.size),
        "top": TOP,
        "name": NAME,
        "board": board,
        "target": target,
        "design": design,
        "shares": design.shares,
        "description": description,
        "registers": REGISTERS,
        "length_bits": LENGTH_BITS,
    }


def _middle(pair: StereoPair, rows: int, columns: int) -> tuple[Image, Image]:
    top, left = (pair.size[0] - rows) // 2, (pair.size[1] - columns) // 2
    part = slice(top, top + rows), slice(left, left + columns)
    return pair.left[part].copy(), pair.right[part].copy()
