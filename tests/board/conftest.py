"""A bitstream that nothing is in, with what a driver reads beside it; simulated boards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

import fdscs.board
from fdscs.accelerator.kits.cells import ACCELERATOR, INTERRUPT, LEFT, RIGHT
from fdscs.accelerator.kits.simulation import Soc
from fdscs.board.description import Description
from fdscs.export.build import Build
from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import Dataflow
from fdscs.hardware.folding import fold
from fdscs.hardware.timing import with_safe_depths
from tests.board.pairs import SIZE

WIDEST = 64  # columns
PATIENT = 120.0  # seconds a stage may take: simulation on a busy machine
Opened = Callable[..., tuple[fdscs.board.Board, Soc]]


@pytest.fixture(scope="session")
def description(tiny_build: Build) -> Description:
    fmt = tiny_build.graph.format_of("disparity")
    return Description(
        "simulated", "none", tiny_build.graph.digest(), 200.0, *SIZE, 100.0, "rgb", fmt.bits,
        fmt.frac, ACCELERATOR, LEFT, RIGHT, INTERRUPT,
    )  # fmt: skip


@pytest.fixture
def bitstream(description: Description, tmp_path: Path) -> Path:
    for name in ("fdscs.bit", "fdscs.hwh"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "fdscs.json").write_text(description.text())
    return tmp_path / "fdscs.bit"


@pytest.fixture(scope="session")
def flow(tiny_build: Build) -> Dataflow:
    """The tiny network, fast: a frame takes some 20,000 cycles."""
    graph = tiny_build.graph
    return with_safe_depths(build_dataflow(graph, fold(graph, *SIZE, 3000), WIDEST))


@pytest.fixture
def opened(tiny_build: Build, flow: Dataflow, bitstream: Path) -> Iterator[Opened]:
    """An open board and its simulation, with a seed."""
    with ExitStack() as stack:

        def board(seed: int = 0, interrupts: bool = False) -> tuple[fdscs.board.Board, Soc]:
            soc = stack.enter_context(Soc(tiny_build, flow, SIZE, seed))
            made = fdscs.board.open(
                bitstream, pynq=soc.pynq, timeout=PATIENT, interrupts=interrupts
            )
            return stack.enter_context(made), soc

        yield board


@pytest.fixture
def same(tiny_build: Build) -> Callable[..., None]:
    """Holds a board's next frame against the integer reference."""
    from tests.board.pairs import golden, pair

    def check(board: fdscs.board.Board, seed: int = 99, size: tuple[int, int] = SIZE) -> None:
        views = pair(seed, size)
        codes = board.codes(*views)
        assert np.array_equal(codes, golden(tiny_build, views))

    return check
