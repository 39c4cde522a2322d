"""The driver: pairs, batches, two frames in flight, and what it refuses."""

from collections.abc import Callable
from threading import Thread

import numpy as np
import pytest

from fdscs.accelerator.kits.cells import ACCELERATOR, REGISTERS
from fdscs.accelerator.kits.simulation import Soc
from fdscs.board import BadInput, BoardError
from fdscs.export.build import Build
from fdscs.hardware.registers import ADDRESS
from tests.board.conftest import Opened
from tests.board.pairs import OTHER, SIZE, golden, pair

PIXELS = SIZE[0] * SIZE[1]
FOREVER = 10**9  # cycles
NARROW, WIDE = np.zeros((16, 8, 3), np.uint8), np.zeros((16, 65, 3), np.uint8)
Same = Callable[..., None]


def register(name: str) -> int:
    return REGISTERS[ACCELERATOR][0] + ADDRESS[name]


def run_until(soc: Soc, what: str, count: int) -> None:
    """Let simulated time go on until so many pixels were taken, or codes came."""
    while soc.command(what) < count:
        soc.command("run", 10)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_pair_comes_out_as_the_reference_has_it(
    opened: Opened, tiny_build: Build, seed: int
) -> None:
    board, _ = opened(seed)
    views = pair(seed)
    disparity = board(*views)
    fraction = tiny_build.graph.format_of("disparity").frac
    expected = golden(tiny_build, views)
    assert disparity.dtype == np.float32 and len(np.unique(expected)) > 20
    assert np.array_equal(disparity, expected * 2.0**-fraction)


@pytest.mark.parametrize("interrupts", [False, True])
def test_batches_with_two_frames_in_flight_and_another_size(
    opened: Opened, tiny_build: Build, interrupts: bool
) -> None:
    board, soc = opened(3, interrupts)
    pairs = [pair(i, size) for i, size in enumerate([SIZE, SIZE, SIZE, OTHER, OTHER, SIZE])]
    found = list(board.batch(pairs))
    for disparity, views in zip(found, pairs, strict=True):
        assert np.array_equal(disparity, board.pixels(golden(tiny_build, views)))
    assert soc.command("read", register("FRAMES")) == len(pairs)


def test_the_second_frame_is_begun_before_the_first_has_ended(
    opened: Opened, tiny_build: Build
) -> None:
    board, soc = opened()
    board.start(*pair(1))
    board.start(*pair(2))
    assert soc.command("read", register("FRAMES")) == 0
    assert soc.command("taken") >= 2 * PIXELS
    assert np.array_equal(board.result(), golden(tiny_build, pair(1)))
    assert np.array_equal(board.result(), golden(tiny_build, pair(2)))


def test_colours_go_where_the_bitstream_has_them(opened: Opened) -> None:
    from fdscs.board.frame import Frame

    board, soc = opened()
    left, right = pair(0)
    frame = Frame(soc.pynq, SIZE, "gbr", 2)
    frame.fill(left, right)
    seen = frame.left._memory
    assert np.array_equal(seen[..., :3], left[..., [1, 2, 0]])
    assert board.description.colours == "rgb"


def test_memory_that_stands_still_for_a_while_costs_time_alone(opened: Opened, same: Same) -> None:
    board, soc = opened(5)
    board.start(*pair(1))
    run_until(soc, "taken", 100)
    soc.command("stall", 20_000)
    board.result()
    same(board)


def test_a_third_start(opened: Opened, tiny_build: Build) -> None:
    board, _ = opened()
    board.start(*pair(1))
    board.start(*pair(2))
    with pytest.raises(BoardError, match="2 frames are in flight; take a result"):
        board.start(*pair(3))
    with pytest.raises(BoardError, match="images of 13x31 while frames of another size"):
        board.result()
        board.start(*pair(3, OTHER))
    assert np.array_equal(board.result(), golden(tiny_build, pair(2)))


def test_two_threads(opened: Opened, same: Same) -> None:
    board, soc = opened()
    said = []

    def other() -> None:
        try:
            board.codes(*pair(2))
        except BoardError as error:
            said.append(str(error))

    board.start(*pair(1))
    soc.command("stall", FOREVER)
    waiting = Thread(target=board.result)
    waiting.start()
    while not board._lock.locked():
        pass
    other()
    soc.command("stall", 0)
    waiting.join()
    assert said == [
        "another thread is using this board; give each frame from one thread, or share a lock."
    ]
    same(board)


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        (np.zeros((16, 24), np.uint8), None, r"left: uint8 \(16, 24\); give uint8 \(H, W, 3\)"),
        (np.zeros((16, 24, 4), np.uint8), None, r"left: uint8 \(16, 24, 4\); give uint8"),
        (np.zeros((16, 24, 3), np.float32), None, r"left: float32 \(16, 24, 3\); give uint8"),
        ([[[1, 2, 3]]], None, "left: <class 'list'>; give uint8"),
        (None, np.zeros((16, 25, 3), np.uint8), "left is 16x24, right 16x25; give two rectified"),
        (NARROW, NARROW, "images of 16x8: this accelerator takes "),
        (WIDE, WIDE, "images of 16x65: this accelerator takes .* to 16384x64, and fewer than"),
    ],
)  # fmt: skip
def test_images_that_cannot_be(
    opened: Opened, same: Same, left: object, right: object, message: str
) -> None:
    board, _ = opened()
    good = pair(0)
    with pytest.raises(BadInput, match=message):
        board(good[0] if left is None else left, good[1] if right is None else right)  # type: ignore[arg-type]
    same(board)


def test_a_closed_board(opened: Opened) -> None:
    board, soc = opened()
    board.start(*pair(1))
    board.close()
    board.close()
    assert soc.command("read", register("STATUS")) == 0  # nothing is under way
    with pytest.raises(BoardError, match="the board is closed; open it again"):
        board.start(*pair(1))
