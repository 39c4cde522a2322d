"""The top's ports: registers, images with faults in them, sizes that change, TLAST and colours.

A stand-in takes the core's place and joins the two images pixel by pixel: every beat is known.
"""

from collections.abc import Sequence

import numpy as np
import pytest

from fdscs.accelerator.rtl.vivado import board_top
from fdscs.export.build import Build
from fdscs.hardware.ports import MOST_ROWS, Ports, least_size
from fdscs.hardware.registers import ADDRESS, ERRORS, REGISTERS, size_word
from fdscs.storage.errors import BadInput
from tests.accelerator.borders import (
    DMA,
    EARLY,
    LONG,
    LOST,
    ROW,
    SIZE,
    VIDEO,
    Border,
    harmed,
    pictures,
)
from tests.accelerator.hls.test_accelerator import WIDEST, small_flow
from tests.accelerator.rtl.board import Beats, Board, Pixels, image_beats, marked

FORMS = [VIDEO, DMA, Ports(32, "gbr")]
SIZE_ERROR = 1  # of ERRORS
HELD = 500  # pixels in the stand-in
CORE = """
module accelerator (
    input logic clk, rst, input logic [15:0] rows, columns,
    input logic left_tvalid, output logic left_tready, input logic [23:0] left_tdata,
    input logic right_tvalid, output logic right_tready, input logic [23:0] right_tdata,
    output logic disparity_tvalid, input logic disparity_tready, output logic [BITS-1:0] disparity_tdata);
    localparam int BITS = %d;
    logic room;
    wire go = left_tvalid && right_tvalid && room;
    assign left_tready = right_tvalid && room;
    assign right_tready = left_tvalid && room;
    stream_fifo #(.WIDTH(BITS), .DEPTH(%d)) held (
        .clk, .rst, .begins(go), .push(go), .room, .valid(disparity_tvalid), .ready(disparity_tready),
        .in_data(BITS'(left_tdata) ^ BITS'(left_tdata >> 11) ^ BITS'(right_tdata << 3) ^ BITS'(right_tdata >> 9)),
        .out_data(disparity_tdata));
endmodule
"""  # noqa: E501


@pytest.fixture(scope="module")
def boards(tiny_build: Build, tmp_path_factory: pytest.TempPathFactory):
    """A board for given ports, compiled once."""
    flow = small_flow(tiny_build.graph)
    core = CORE.replace(
        "[BITS-1:0] disparity", f"[{flow.streams['disparity'].bits - 1}:0] disparity"
    )
    core %= flow.streams["disparity"].bits, HELD
    made: dict[Ports, Board] = {}

    def board(ports: Ports) -> Board:
        if ports not in made:
            folder = tmp_path_factory.mktemp("board")
            made[ports] = Board(folder, core, board_top(flow, ports, SIZE))
        return made[ports]

    board.bits = flow.streams["disparity"].bits
    board.graph = tiny_build.graph
    return board


def joined(left: Sequence[Pixels], right: Sequence[Pixels], bits: int, ports: Ports) -> Beats:
    """What the stand-in makes of pairs, as it leaves the top."""
    beats = []
    for pair in zip(left, right, strict=True):
        one, two = (image_beats([each], VIDEO)[:, 0].reshape(each.shape[:2]) for each in pair)
        codes = (one ^ one >> 11 ^ two << 3 ^ two >> 9) & ((1 << bits) - 1)
        beats.append(marked(codes, ports.tlast))
    return np.concatenate(beats)


def everything(left: Beats, right: Beats) -> str:
    return f"send {len(left)} {len(right)}"


@pytest.mark.parametrize("ports", FORMS, ids=lambda ports: "-".join(map(str, vars(ports).values())))
def test_frames_of_every_form(boards, ports: Ports) -> None:
    left, right = pictures(4, seed=1), pictures(4, seed=2)
    images = image_beats(left, ports), image_beats(right, ports)
    expected = joined(left, right, boards.bits, ports)
    script = (everything(*images), f"expect {len(expected)}", "run 50", "read ERRORS",
              "read FRAMES", "read OPTIONS", "read STATUS")  # fmt: skip
    for seed in range(3):
        found = boards(ports).run(*images, script, seed)
        assert np.array_equal(found.beats, expected)
        assert found.reads == [0, 4, ports.options, 0]


def test_a_pixel_a_cycle(boards) -> None:
    left, right = pictures(5), pictures(5)
    images = image_beats(left, VIDEO), image_beats(right, VIDEO)
    count = len(images[0])
    found = boards(VIDEO).run(*images, (everything(*images), f"expect {count}"))
    assert np.array_equal(np.diff(found.cycles), np.ones(count - 1))


def test_what_registers_say(boards) -> None:
    graph = boards.graph
    script = [f"read {each.name}" for each in REGISTERS if each.access == "r"]
    script += ["read SIZE", "read 0x1c", "read 0x40", "read 0x428", "irq"]
    found = boards(VIDEO).run(np.zeros((0, 3)), np.zeros((0, 3)), ["run 100", *script], 1).reads
    rows, columns = least_size(graph)
    fmt = graph.format_of("disparity")
    assert found == [
        0x46445343, 1, int(graph.digest()[:8], 16), 0, size_word(rows, columns),
        size_word(MOST_ROWS, WIDEST), fmt.frac << 24 | boards.bits << 16 | graph.disparities,
        0, 0, 0, size_word(*SIZE), 0, 0, 0, 0,
    ]  # fmt: skip
    assert [each.address for each in REGISTERS] == sorted(ADDRESS.values())
    assert len(ERRORS) == 9


def test_sizes_beyond_the_limits_are_not_taken(boards) -> None:
    rows, columns = least_size(boards.graph)
    bad = [(rows - 1, 20), (20, columns - 1), (MOST_ROWS + 1, 20), (20, WIDEST + 1), (0, 0)]
    good = [(rows, columns), (MOST_ROWS, WIDEST)]
    script = ["run 200"]
    for size in (*bad, *good):
        script += [f"write SIZE {size_word(*size)}", "run 9", "read ERRORS", "read SIZE",
                   "write ERRORS 1", "read ERRORS"]  # fmt: skip
    none = np.zeros((0, 3))
    found = np.array(boards(VIDEO).run(none, none, script).reads).reshape(-1, 3)
    assert (found[: len(bad)] == [SIZE_ERROR, size_word(*SIZE), 0]).all()
    assert found[len(bad) :].tolist() == [[0, size_word(*size), 0] for size in good]


def test_bytes_without_strobe_are_left(boards) -> None:
    script = ["run 200", "write SIZE 0xffff0014 1", "run 9", "read SIZE",
              "write SIZE 0x0020ffff 4", "run 9", "read SIZE",
              "write INTERRUPT_ENABLE 3 14", "read INTERRUPT_ENABLE"]  # fmt: skip
    none = np.zeros((0, 3))
    assert boards(VIDEO).run(none, none, script).reads == [
        size_word(20, 16), size_word(20, 32), 0,
    ]  # fmt: skip


@pytest.mark.parametrize("ports", [VIDEO, DMA])
def test_a_new_size_waits_for_frames_under_way(boards, ports: Ports) -> None:
    other = (9, 33)
    left = [*pictures(3, seed=3), *pictures(3, other, seed=4)]
    right = [*pictures(3, seed=5), *pictures(3, other, seed=6)]
    images = image_beats(left, ports), image_beats(right, ports)
    before = 3 * SIZE[0] * SIZE[1]
    expected = joined(left, right, boards.bits, ports)
    script = ["run 100", "listen 0", f"send {before} {before}", "run 2000", "read STATUS",
              f"write SIZE {size_word(*other)}", "run 50", "read STATUS", everything(*images),
              "run 300", "read FRAMES", "listen 1", f"expect {len(expected)}", "run 9",
              "read STATUS", "read ERRORS", "read FRAMES"]  # fmt: skip
    for seed in range(3):
        found = boards(ports).run(*images, script, seed)
        assert np.array_equal(found.beats, expected)
        assert found.reads == [1, 3, 0, 0, 0, 6]


def test_one_image_ahead_of_the_other(boards) -> None:
    """A size changes between frames of both, though one image has begun the next."""
    left, right = pictures(3, seed=7), pictures(3, seed=8)
    images = image_beats(left, VIDEO), image_beats(right, VIDEO)
    frame = SIZE[0] * SIZE[1]
    expected = joined(left, right, boards.bits, VIDEO)
    script = ["run 100", f"send {frame + 5} {frame - 3}", "run 300",
              f"write SIZE {size_word(SIZE[0], SIZE[1])}", "run 50", f"send {3 * frame} {frame}",
              "run 300", "read FRAMES", f"send {3 * frame} {3 * frame}", f"expect {3 * frame}",
              "run 9", "read ERRORS", "read STATUS"]  # fmt: skip
    found = boards(VIDEO).run(*images, script)
    assert np.array_equal(found.beats, expected)
    assert found.reads == [1, 0, 0]


def test_frames_are_counted_and_timed_and_interrupt(boards) -> None:
    left, right = pictures(3), pictures(3)
    images = image_beats(left, VIDEO), image_beats(right, VIDEO)
    frame = SIZE[0] * SIZE[1]
    script = [f"send {frame} {frame}", f"expect {frame}", "run 20", "irq", "read INTERVAL",
              "read INTERRUPTS", "write INTERRUPT_ENABLE 1", "run 3", "irq", "write INTERRUPTS 1",
              "run 3", "irq", f"send {2 * frame} {2 * frame}", f"expect {2 * frame}", "run 3",
              "irq", "read INTERVAL", "read FRAMES"]  # fmt: skip
    found = boards(VIDEO).run(*images, script)
    between = int(found.cycles[2 * frame - 1]) - int(found.cycles[frame - 1])
    assert found.reads == [0, 0, 1, 1, 0, 1, between, 2]


def test_a_restart_in_the_middle_of_a_frame(boards) -> None:
    left, right = pictures(4, seed=9), pictures(4, seed=10)
    images = image_beats(left, VIDEO), image_beats(right, VIDEO)
    frame = SIZE[0] * SIZE[1]
    script = ["run 200", "listen 0", f"send {frame + 40} {frame + 30}", "run 300", "read STATUS",
              "write CONTROL 0", "read STATUS", "write CONTROL 1", "read STATUS", "run 200",
              "read STATUS", "listen 1", everything(*images), f"expect {2 * frame}", "run 20",
              "read FRAMES", "read ERRORS"]  # fmt: skip
    found = boards(VIDEO).run(*images, script)
    assert np.array_equal(found.beats, joined(left[2:], right[2:], boards.bits, VIDEO))
    assert found.reads[:2] == [1, 1] and found.reads[2] & 4 and found.reads[3:] == [0, 2, 0]


def test_video_that_is_joined_late_begins_with_a_frame(boards) -> None:
    left, right = pictures(3, seed=11), pictures(3, seed=12)
    images = image_beats(left, VIDEO)[31:], image_beats(right, VIDEO)[77:]
    expected = joined(left[1:], right[1:], boards.bits, VIDEO)
    script = (everything(*images), f"expect {len(expected)}", "run 20", "read ERRORS")
    found = boards(VIDEO).run(*images, script)
    assert np.array_equal(found.beats, expected)
    assert found.reads == [0]


BLACK = np.zeros((*SIZE, 3), np.uint8)


def cut(pixels: Pixels, count: int) -> Pixels:
    """The first `count` pixels of a frame, and black."""
    flat = pixels.reshape(-1, 3).copy()
    flat[count:] = 0
    return flat.reshape(pixels.shape)


def shifted(pixels: Pixels, at: int) -> Pixels:
    """A frame that lacks pixel `at`: the others move up, the last is black."""
    flat = np.delete(pixels.reshape(-1, 3), at, axis=0)
    return np.concatenate([flat, np.zeros((1, 3), np.uint8)]).reshape(pixels.shape)


FAULTS = {  # what happens to an image's beats, what becomes of its second frame, what is said
    "a pixel is lost": (VIDEO, lambda b: np.delete(b, 96 + 37, 0), lambda p: shifted(p, 37),
                        EARLY | ROW),
    "half a frame is lost": (VIDEO, lambda b: np.delete(b, np.s_[144:192], 0), lambda p: cut(p, 48),
                             EARLY),
    "the first pixel is lost": (VIDEO, lambda b: np.delete(b, 96, 0), lambda p: BLACK, LONG | LOST),
    "a pixel comes twice": (VIDEO, lambda b: np.insert(b, 192, b[190], 0), lambda p: p, LONG),
    "a row comes twice": (VIDEO, lambda b: np.insert(b, [192] * 16, b[176:192], 0), lambda p: p,
                          LONG),
    "a TLAST is lost": (VIDEO, lambda b: b - (np.arange(len(b)) == 111)[:, None] * [0, 0, 1],
                        lambda p: p, ROW),
    "DMA: a pixel is lost": (DMA, lambda b: np.delete(b, 96 + 37, 0), lambda p: shifted(p, 37),
                             EARLY),
    "DMA: a short transfer": (DMA, lambda b: np.delete(b, np.s_[110:191], 0),
                              lambda p: np.concatenate(
                                  [p.reshape(-1, 3)[:14], p.reshape(-1, 3)[95:],
                                   np.zeros((81, 3), np.uint8)]).reshape(p.shape), EARLY),
    "DMA: pixels too many": (DMA, lambda b: np.insert(b, [191] * 5, b[100:105], 0),
                             lambda p: np.concatenate(
                                 [p.reshape(-1, 3)[:95], p.reshape(-1, 3)[4:5]]).reshape(p.shape),
                             LONG),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_fault_costs_a_frame(boards, name: str, side: str) -> None:
    ports, harm, becomes, errors = FAULTS[name]
    left, right = pictures(4, seed=13), pictures(4, seed=14)
    harmed = harm(image_beats(left, ports)).astype(np.uint32)
    seen = [left[0], becomes(left[1]), *left[2:]]
    whole = image_beats(right, ports)
    images, pairs = (
        ((harmed, whole), (seen, right)) if side == "left" else ((whole, harmed), (right, seen))
    )
    expected = joined(*pairs, boards.bits, ports)
    script = (everything(*images), f"expect {len(expected)}", "run 20", "read ERRORS",
              "read FRAMES", "read INTERRUPTS", "write ERRORS 0x1ff", "read ERRORS")  # fmt: skip
    for seed in (0, 1):
        found = boards(ports).run(*images, script, seed)
        assert np.array_equal(found.beats, expected)
        assert found.reads == [errors << (4 if side == "right" else 0), 4, 3, 0]


def test_a_lost_last_pixel_of_a_transfer_costs_the_next(boards) -> None:
    """DMA: without TLAST, the next frame's first pixel ends it, and the rest is a frame lost."""
    left, right = pictures(4, seed=15), pictures(4, seed=16)
    images = np.delete(image_beats(left, DMA), 95, 0), image_beats(right, DMA)
    first = np.concatenate([left[0].reshape(-1, 3)[:95], left[1].reshape(-1, 3)[:1]])
    expected = joined([first.reshape(BLACK.shape), BLACK, *left[2:]], right, boards.bits, DMA)
    script = (everything(*images), f"expect {len(expected)}", "run 20", "read ERRORS")
    found = boards(DMA).run(*images, script)
    assert np.array_equal(found.beats, expected)
    assert found.reads == [LONG | LOST]


@pytest.mark.parametrize("ports", [VIDEO, DMA], ids=["video", "DMA"])
def test_any_faults_make_what_the_rule_says(boards, ports: Ports) -> None:
    compared = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        images = [harmed(image_beats(pictures(6, seed=s), ports), rng) for s in (seed, 100 + seed)]
        left, right = (Border(each, ports) for each in images)
        both = min(len(left.frames), len(right.frames))
        expected = joined(left.frames[:both], right.frames[:both], boards.bits, ports)
        script = (
            "run 90",
            everything(*images),
            f"expect {len(expected)}",
            "run 300",
            "read ERRORS",
        )
        found = boards(ports).run(*images, script, seed % 4)
        assert np.array_equal(found.beats[: len(expected)], expected), seed
        if len(left.frames) == len(right.frames):
            assert found.reads == [left.errors | right.errors << 4], seed
            compared += 1
    assert compared > 5


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"pixel_bits": 16}, "--pixel-bits 16: choose from 24, 32."),
        ({"colours": "bgr"}, "--colours bgr: choose from rgb, gbr."),
        ({"tlast": "row"}, "--tlast row: choose from line, frame."),
    ],
)
def test_forms_that_are_not_there(form: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        Ports(**form)  # type: ignore[arg-type]
    assert str(refusal.value) == said
