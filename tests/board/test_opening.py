"""What is refused before a frame is begun, and the self-test."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import fdscs.board
from fdscs.accelerator.kits.kit import write_vectors
from fdscs.accelerator.kits.simulation import Soc
from fdscs.board import BadInput, BoardError
from fdscs.board.__main__ import main
from fdscs.export.build import Build
from tests.board.conftest import PATIENT, Opened
from tests.board.pairs import OTHER, SIZE, pair

Reads = Callable[[int], int]


def nothing(reads: Reads = lambda _: 0, cells: tuple[str, ...] = ()) -> SimpleNamespace:
    """A board where every register reads as `reads` of its offset has it."""
    places = {cell: {"phys_addr": 0, "addr_range": 4096} for cell in cells}
    registers = SimpleNamespace(read=reads, write=lambda _offset, _value: None)
    return SimpleNamespace(
        Overlay=lambda _path, download: SimpleNamespace(ip_dict=places),
        MMIO=lambda _address, _length: registers,
    )


CELLS = "accelerator", "dma_left", "dma_right"


@pytest.mark.parametrize("suffix", [".bit", ".hwh", ".json"])
def test_a_file_is_missing(bitstream: Path, suffix: str) -> None:
    bitstream.with_suffix(suffix).unlink()
    with pytest.raises(BadInput, match=rf"fdscs\{suffix}: not found; .*copy"):
        fdscs.board.open(bitstream, pynq=nothing())


def test_without_pynq(bitstream: Path) -> None:
    with pytest.raises(BadInput, match="PYNQ is not installed; run this on the board"):
        fdscs.board.open(bitstream)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": 2}, "not of the form 1 that this driver reads"),
        ({"colour": 1}, "colour: missing or too much"),
        ({"bits": "13"}, "bits: '13' cannot be"),
        ({"rows": True}, "rows: True cannot be"),
        ({"clock": 300}, None),
        (None, "not readable as JSON"),
        ([], "not of the form 1"),
    ],
)
def test_descriptions_that_cannot_be(
    bitstream: Path, changes: dict[str, object] | None, message: str | None
) -> None:
    path = bitstream.with_suffix(".json")
    data = json.loads(path.read_text())
    path.write_text("{" if changes is None else json.dumps({**data, **changes} if changes else []))
    if message is None:
        message = "has no cell"
    with pytest.raises((BadInput, BoardError), match=message):
        fdscs.board.open(bitstream, pynq=nothing())


def test_a_bitstream_of_another_block_design(bitstream: Path) -> None:
    message = "fdscs.bit: has no cell accelerator, but axi_dma_0, leds; take .bit, .hwh and .json"
    with pytest.raises(BoardError, match=message):
        fdscs.board.open(bitstream, pynq=nothing(cells=("leds", "axi_dma_0")))


def test_a_bitstream_that_does_not_answer(bitstream: Path) -> None:
    with pytest.raises(BoardError, match="ID is 0x00000000, expected 0x46445343: no accelerator"):
        fdscs.board.open(bitstream, pynq=nothing(cells=CELLS))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("graph", "0" * 64, "GRAPH is 0x[0-9a-f]+, the kit's is 0x0: the bitstream is another"),
        ("colours", "gbr", "OPTIONS is 0x5, the kit's is 0x7"),
        ("fraction", 1, "DISPARITY is "),
    ],
)
def test_a_bitstream_of_another_build(
    opened: Opened, bitstream: Path, field: str, value: object, message: str
) -> None:
    _, soc = opened()
    path = bitstream.with_suffix(".json")
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(BoardError, match=message):
        fdscs.board.open(bitstream, pynq=soc.pynq)


def test_a_clock_that_stands_still(bitstream: Path, description: fdscs.board.Board) -> None:
    """Registers answer, but a DMA stays in its reset."""
    words = {
        0x00: 0x46445343, 0x04: 1, 0x08: int(description.graph[:8], 16), 0x0C: 5,
        0x18: (description.fraction << 8 | description.bits) << 16,
    }  # fmt: skip
    accelerator = SimpleNamespace(read=lambda at: words.get(at, 0), write=lambda *_: None)
    stuck = SimpleNamespace(read=lambda _: 4, write=lambda *_: None)
    pynq = nothing(cells=CELLS)
    made = iter([accelerator, stuck, stuck])
    pynq.MMIO = lambda *_: next(made)
    with pytest.raises(BoardError, match="left image: its DMA does not come out of its reset"):
        fdscs.board.open(bitstream, pynq=pynq)


@pytest.fixture
def vectors(bitstream: Path, tiny_build: Build) -> Path:
    path = bitstream.with_name("vectors.npz")
    write_vectors(path, tiny_build, [pair(1, OTHER), pair(2)])
    return path


def test_the_self_test_is_bit_exact(opened: Opened, vectors: Path) -> None:
    board, _ = opened()
    pixels = 2 * (OTHER[0] * OTHER[1] + SIZE[0] * SIZE[1])
    assert board.self_test() == f"bit-exact: 4 frames, {pixels:,} pixels, all equal"
    assert 0 < board.interval() < 1


def test_the_self_test_names_the_first_pixel(opened: Opened, vectors: Path) -> None:
    with np.load(vectors) as file:
        arrays = dict(file)
    right = int(arrays["disparity_1"][5, 7])
    arrays["disparity_1"][5, 7] += 1
    arrays["disparity_1"][9, 2] += 1
    np.savez(vectors, **arrays)
    board, _ = opened()
    message = (
        f"frame 1: 2 of {SIZE[0] * SIZE[1]} pixels differ, first at row 5, column 7: {right}, "
        f"expected {right + 1}; simulate"
    )
    with pytest.raises(BoardError, match=message):
        board.self_test()


def test_the_self_test_s_vectors_are_broken(opened: Opened, vectors: Path) -> None:
    board, _ = opened()
    with np.load(vectors) as file:
        arrays = dict(file)
    del arrays["left_1"]
    np.savez(vectors, **arrays)
    with pytest.raises(BadInput, match="not left_N, right_N, disparity_N; copy it from the kit"):
        board.self_test()
    vectors.write_bytes(b"PK")
    with pytest.raises(BadInput, match=r"not a readable .npz archive"):
        board.self_test()
    vectors.unlink()
    with pytest.raises(BadInput, match=r"vectors.npz: no such file"):
        board.self_test()


def test_the_program_on_the_board(
    bitstream: Path, vectors: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    _, soc = opened()
    monkeypatch.setattr("sys.argv", ["fdscs.board", str(bitstream)])
    monkeypatch.setattr(
        "fdscs.board.__main__.open",
        lambda path, **given: fdscs.board.open(path, pynq=soc.pynq, timeout=PATIENT, **given),
    )
    main()
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("bit-exact: 4 frames") and said[1].endswith("the last two, back to b"
                                                                          "ack")  # fmt: skip
    vectors.unlink()
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err.startswith("fdscs.board: ")


def test_a_simulation_that_ends_is_said(tiny_build: Build, opened: Opened) -> None:
    _, soc = opened()
    with pytest.raises(BadInput, match="simulated board: no command jump"):
        soc.command("jump")
    assert isinstance(soc, Soc)
