"""The driver where something fails: one error that names the stage, then a right frame."""

from collections.abc import Callable

import numpy as np
import pytest

from fdscs.accelerator.kits.cells import ACCELERATOR, REGISTERS
from fdscs.accelerator.kits.simulation import Soc
from fdscs.board import BoardError
from fdscs.export.build import Build
from fdscs.hardware.registers import ADDRESS, RESTART
from tests.board.conftest import PATIENT, Opened
from tests.board.pairs import OTHER, SIZE, golden, pair

PIXELS = SIZE[0] * SIZE[1]
FOREVER = 10**9  # cycles
SOON = 0.3  # seconds, for what never comes
Same = Callable[..., None]


def register(name: str) -> int:
    return REGISTERS[ACCELERATOR][0] + ADDRESS[name]


def run_until(soc: Soc, what: str, count: int) -> None:
    """Let simulated time go on until so many pixels were taken, or codes came."""
    while soc.command(what) < count:
        soc.command("run", 10)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_short_transfer_of_an_image(opened: Opened, same: Same, side: str) -> None:
    board, soc = opened(1)
    same(board)
    soc.command(f"short_{side}", 4 * (PIXELS - 30))
    with pytest.raises(BoardError, match=f"says: {side}: a frame ended early and was filled with"):
        board.codes(*pair(2))
    same(board)


def test_a_short_transfer_of_the_disparity(opened: Opened, same: Same) -> None:
    board, soc = opened(2)
    soc.command("short_disparity", 2 * 100)
    message = rf"frame 1: disparity: 200 bytes came, {2 * PIXELS} are a frame"
    with pytest.raises(BoardError, match=message):
        board.codes(*pair(1))
    same(board)


def test_images_that_are_not_taken(opened: Opened, same: Same) -> None:
    board, soc = opened()
    soc.command("stall", FOREVER)
    board.start(*pair(1))
    board.timeout = SOON
    with pytest.raises(BoardError, match="frame 1: left image and right image: not taken whole"):
        board.result()
    soc.command("stall", 0)
    board.timeout = PATIENT
    same(board)


def test_a_second_frame_whose_images_are_not_taken(opened: Opened, same: Same) -> None:
    board, soc = opened()
    soc.command("stall", FOREVER)
    board.start(*pair(1))
    board.timeout = SOON
    with pytest.raises(BoardError, match="frame 2: left image and right image: not taken whole"):
        board.start(*pair(2))
    with pytest.raises(BoardError, match="no frame is in flight"):
        board.result()
    soc.command("stall", 0)
    board.timeout = PATIENT
    same(board)


@pytest.mark.parametrize(
    ("came", "stage"),
    [
        (20, "accelerator: it has both images, but has not finished"),
        (PIXELS - 50, "disparity: the accelerator is done, but its DMA"),
    ],
)
def test_a_disparity_that_does_not_reach_memory(
    opened: Opened, same: Same, came: int, stage: str
) -> None:
    board, soc = opened()
    board.start(*pair(1))
    run_until(soc, "taken", 2 * PIXELS)
    run_until(soc, "came", came)
    soc.command("stall", FOREVER)
    soc.command("run", 100_000)
    board.timeout = SOON
    with pytest.raises(BoardError, match=f"frame 1: {stage}"):
        board.result()
    soc.command("stall", 0)
    board.timeout = PATIENT
    same(board)


def test_a_lost_interrupt(opened: Opened, same: Same) -> None:
    board, soc = opened(0, True)
    same(board)
    board.start(*pair(1))
    run_until(soc, "came", 2 * PIXELS - 60)
    soc.command("mute", FOREVER)
    board.timeout = 3.0
    with pytest.raises(BoardError, match="frame 2: interrupt: the frame has ended, but no interr"):
        board.result()
    soc.command("mute", 0)
    board.timeout = PATIENT
    same(board)
    same(board, 100)


@pytest.mark.parametrize("what", ["reset", "reset_accelerator"])
@pytest.mark.parametrize("taken", [100, 2 * PIXELS])
def test_a_reset_in_the_middle_of_a_frame(
    opened: Opened, same: Same, what: str, taken: int
) -> None:
    board, soc = opened(4)
    same(board, size=OTHER)
    board.start(*pair(1, OTHER))
    run_until(soc, "taken", 2 * OTHER[0] * OTHER[1] + taken)
    soc.command(what)
    board.timeout = SOON
    with pytest.raises(BoardError, match="frame 2: accelerator: it was reset in the middle of"):
        board.result()
    board.timeout = PATIENT
    same(board, size=OTHER)


def test_a_restart_by_somebody_else(opened: Opened, same: Same) -> None:
    board, soc = opened()
    same(board)
    board.start(*pair(1))
    run_until(soc, "taken", 2 * PIXELS + 100)
    soc.command("write", register("CONTROL"), RESTART)
    soc.command("run", 30_000)
    board.timeout = SOON
    with pytest.raises(BoardError, match=": a frame ended early and was filled with black"):
        board.result()
    board.timeout = PATIENT
    same(board)


def test_a_restart_does_not_give_a_frame_the_next_one_s_disparity(
    opened: Opened, same: Same
) -> None:
    board, soc = opened()
    same(board)
    board.start(*pair(1))
    run_until(soc, "taken", 4 * PIXELS)  # all of it, but nothing has come
    assert soc.command("came") == PIXELS
    soc.command("write", register("CONTROL"), RESTART)
    board.start(*pair(2))
    with pytest.raises(BoardError, match="frame 2: accelerator: somebody restarted it, and what"):
        board.result()
    same(board)


@pytest.mark.parametrize("interrupts", [False, True])
def test_memory_that_refuses(opened: Opened, same: Same, interrupts: bool) -> None:
    board, soc = opened(0, interrupts)
    soc.command("refuse", 1)
    if interrupts:  # which no refusal raises
        board.timeout = SOON
    with pytest.raises(BoardError, match="left image: its DMA stopped: memory refused an access"):
        board.codes(*pair(1))
    board.timeout = PATIENT
    same(board)


def test_a_board_that_another_program_left_in_the_middle_of_a_frame(
    opened: Opened, bitstream, same: Same
) -> None:
    import fdscs.board

    board, soc = opened(6)
    board.start(*pair(1))
    run_until(soc, "taken", 200)
    with fdscs.board.open(bitstream, pynq=soc.pynq, timeout=PATIENT) as again:
        same(again)
    board._flying.clear()


FAULTS = (
    "short_left", "short_right", "short_disparity", "refuse", "reset", "reset_accelerator", "stall",
    "restart",
)  # fmt: skip


def inject(soc: Soc, verb: str, rng: np.random.Generator) -> None:
    """A fault now, or for the next transfer."""
    if verb == "restart":
        soc.command("write", register("CONTROL"), RESTART)
    elif verb == "short_disparity":
        soc.command(verb, 2 * int(rng.integers(1, PIXELS)))
    elif verb.startswith("short"):
        soc.command(verb, 4 * int(rng.integers(1, PIXELS)))
    else:
        soc.command(verb, FOREVER if verb == "stall" else 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_faults(opened: Opened, same: Same, tiny_build: Build, seed: int) -> None:
    """Whatever happens when: a frame is the reference's or an error, and so is the next one."""
    board, soc = opened(seed)
    rng = np.random.default_rng(seed)
    failed = 0
    for i in range(20):
        verb = FAULTS[int(rng.integers(len(FAULTS)))]
        pairs = [pair(100 * i + k) for k in range(int(rng.integers(1, 3)))]
        try:
            if verb.startswith("short"):
                inject(soc, verb, rng)
            for views in pairs:
                board.start(*views)
            soc.command("run", int(rng.integers(30_000)))
            if not verb.startswith("short"):
                inject(soc, verb, rng)
            board.timeout = SOON
            for views in pairs:
                codes = board.result()
                assert np.array_equal(codes, golden(tiny_build, views)), verb
        except BoardError:
            failed += 1
        for fault in ("stall", "refuse", "short_left", "short_right", "short_disparity"):
            soc.command(fault, 0)
        board.timeout = PATIENT
        while board._flying:  # late, not lost: simulated time was too slow for SOON
            board.result()
        same(board, i)
    assert failed > 8
