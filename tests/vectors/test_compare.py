"""What came back is equal, or the first layer, pixel and channel that are not are named."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fdscs.storage.errors import BadInput
from fdscs.vectors.compare import Compared, compare_dumps, elements_in, position
from fdscs.vectors.index import INDEX, Entry, read_index
from fdscs.vectors.picture import save_difference

Copy = Callable[..., Path]
Lines = Callable[[str, Callable[[list[str]], object]], None]


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    (tmp_path / "dumps").mkdir()
    return tmp_path / "dumps"


@pytest.fixture
def copy(tiny_vectors: Path, dumps: Path) -> Copy:
    """Copy files of the set into the folder of what came back."""

    def run(*names: str) -> Path:
        for name in names:
            shutil.copy(tiny_vectors / name, dumps / name)
        return dumps

    return run


@pytest.fixture
def edit(copy: Copy, dumps: Path) -> Lines:
    """Change the lines of a text file on its way back."""

    def run(name: str, change: Callable[[list[str]], object]) -> None:
        lines = (copy(name) / name).read_text().splitlines(keepends=True)
        change(lines)
        (dumps / name).write_text("".join(lines))

    return run


def entry_of(folder: Path, name: str) -> Entry:
    return next(entry for entry in read_index(folder).tensors if entry.name == name)


def test_all_that_was_written_is_equal(tiny_vectors: Path) -> None:
    result = compare_dumps(tiny_vectors, tiny_vectors)
    index = read_index(tiny_vectors)
    assert len(result.files) == sum(len(entry.files) for entry in index.tensors)
    assert all(each.equal for each in result.files) and result.first is None
    assert result.not_compared == []


def test_what_did_not_come_back_is_listed(tiny_vectors: Path, copy: Copy) -> None:
    result = compare_dumps(copy("cost.hex", "enc0.weight.npy", "disparity.dat"), tiny_vectors)
    assert [each.file for each in result.files] == ["cost.hex", "enc0.weight.npy", "disparity.dat"]
    assert [each.elements for each in result.files] == [24 * 10 * 17, 8 * 24, 19 * 33]
    tensors = [e.name for e in read_index(tiny_vectors).tensors if "." not in e.name]
    assert result.not_compared == [name for name in tensors if name not in ("cost", "disparity")]


def test_one_value(tiny_vectors: Path, copy: Copy, dumps: Path) -> None:
    copy("cost.hex", "enc0.npy", "enc1.npy", "disparity.hex")
    acc = np.load(dumps / "enc0.npy")
    before = int(acc[5, 3, 12])
    acc[5, 3, 12] += 3
    np.save(dumps / "enc0.npy", acc)
    result = compare_dumps(dumps, tiny_vectors)
    assert [each.equal for each in result.files] == [True, False, True, True]
    assert result.first is not None and result.first.first == (5, 3, 12)
    assert str(result.first.compared) == (
        f"enc0: 1 of 1360 differ on noise, enc0.npy; first at (c5, y3, x12): reference {before}, "
        f"found {before + 3}; last equal layer cost"
    )
    assert np.argwhere(result.first.wrong).tolist() == [[5, 3, 12]]
    assert not result.first.absent.any()


def test_the_first_difference_is_the_first_of_the_stream(
    tiny_vectors: Path, copy: Copy, dumps: Path
) -> None:
    copy("enc0_relu.npy", "enc1_relu.npy")
    for name, places in (("enc1_relu", [(0, 9, 1), (5, 2, 3), (1, 2, 4)]), ("enc0_relu", [])):
        codes = np.load(dumps / f"{name}.npy")
        for place in places:
            codes[place] ^= 1
        np.save(dumps / f"{name}.npy", codes)
    result = compare_dumps(dumps, tiny_vectors)
    assert result.first is not None and result.first.compared.mismatch is not None
    assert result.first.compared.mismatch.index == (5, 2, 3)
    assert result.first.compared.mismatch.count == 3
    assert result.first.compared.last_equal == "enc0_relu"


def test_large_numbers_are_said_in_full(tiny_vectors: Path, copy: Copy, dumps: Path) -> None:
    acc = np.load(copy("enc0.npy") / "enc0.npy").astype(np.int64)
    acc[0, 0, 0] = 123456789
    np.save(dumps / "enc0.npy", acc)
    assert "found 123456789; no layer before it" in str(compare_dumps(dumps, tiny_vectors).files[0])


def test_undefined_digits(tiny_vectors: Path, edit: Lines, dumps: Path) -> None:
    """Two digits of the 8 lanes of 8 bits: lane 7, and the last lane of the next pixel."""

    def change(lines: list[str]) -> None:
        lines[1 + 20] = "x" + lines[1 + 20][1:]
        lines[1 + 21] = lines[1 + 21][:-2] + "Z\n"

    edit("enc0_relu.hex", change)
    (found,) = compare_dumps(dumps, tiny_vectors).files
    expected = np.load(tiny_vectors / "enc0_relu.npy")[7, 1, 3]
    assert str(found) == (
        "enc0_relu: 2 of 1360 differ on noise, enc0_relu.hex; first at (c7, y1, x3): reference "
        f"{expected}, found undefined; no layer before it; 2 values undefined (X or Z)"
    )


def test_a_dump_cut_short(tiny_vectors: Path, edit: Lines, dumps: Path) -> None:
    edit("cost.hex", lambda lines: lines.__delitem__(slice(1 + 30, None)))
    result = compare_dumps(dumps, tiny_vectors)
    (found,) = result.files
    assert (found.equal, found.mismatch, found.missing_words) == (False, None, 140)
    assert str(found) == (
        "cost: 720 equal on noise, cost.hex; no layer before it; 140 of 170 words missing, from "
        "(c0, y1, x13) on"
    )
    assert result.first is not None and result.first.first == (0, 1, 13)
    assert result.first.absent.sum() == 140 * 24 and not result.first.wrong.any()


def test_a_difference_before_the_cut(tiny_vectors: Path, edit: Lines, dumps: Path) -> None:
    def change(lines: list[str]) -> None:
        del lines[1 + 30 :]
        lines[1 + 17] = f"{int(lines[1 + 17], 16) ^ 1:036x}\n"

    edit("cost.hex", change)
    (found,) = compare_dumps(dumps, tiny_vectors).files
    assert str(found).startswith("cost: 1 of 720 differ on noise, cost.hex; first at (c0, y1, x0)")
    assert "; 140 of 170 words missing, from (c0, y1, x13) on" in str(found)


def test_nothing_in_a_file(tiny_vectors: Path, dumps: Path) -> None:
    (dumps / "cost.dat").write_text("")
    (found,) = compare_dumps(dumps, tiny_vectors).files
    assert found.missing_words == 170 and not found.equal


def test_words_too_many(tiny_vectors: Path, edit: Lines, dumps: Path) -> None:
    edit("cost.hex", lambda lines: lines.extend(lines[1:4]))
    result = compare_dumps(dumps, tiny_vectors)
    assert str(result.files[0]).endswith("no layer before it; 3 words too many")
    assert result.first is not None and result.first.first is None
    save_difference(dumps / "where.png", result.first)
    assert Image.open(dumps / "where.png").width > 300


def test_the_end_of_a_row(tiny_vectors: Path, edit: Lines, dumps: Path) -> None:
    edit("cost.dat", lambda lines: lines.__setitem__(16, lines[16][:-2] + "0\n"))
    (found,) = compare_dumps(dumps, tiny_vectors).files
    assert found.mismatch is None and not found.equal
    assert str(found) == (
        "cost: 4080 equal on noise, cost.dat; no layer before it; word 16 (y0, x16) has the wrong "
        "TLAST, which ends each row"
    )


def test_every_file_of_a_tensor_counts(tiny_vectors: Path, copy: Copy, edit: Lines) -> None:
    edit("cost.dat", lambda lines: lines.pop())
    result = compare_dumps(copy("cost.hex", "enc0.hex"), tiny_vectors)
    assert [(each.file, each.equal) for each in result.files] == [
        ("cost.hex", True), ("cost.dat", False), ("enc0.hex", True),
    ]  # fmt: skip
    assert result.files[-1].last_equal is None


def test_a_capture_is_a_beginning(tiny_vectors: Path, dumps: Path) -> None:
    """128 samples, every second one a beat."""
    words = [line.split()[0] for line in (tiny_vectors / "left.dat").read_text().splitlines()]
    rows = [f"{at},{at},0,{words[at // 2]},{at % 2}\n" for at in range(128)]
    (dumps / "left.csv").write_text(
        "Sample in Buffer,Sample in Window,TRIGGER,tdata[23:0],tvalid\n"
        "Radix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX\n" + "".join(rows)
    )
    (found,) = compare_dumps(dumps, tiny_vectors).files
    assert str(found) == (
        "left: 192 equal on noise, left.csv; no layer before it; 563 of 627 words missing, from "
        "(c0, y1, x31) on"
    )


def test_captures_of_several_streams_by_signal(tiny_vectors: Path, dumps: Path) -> None:
    """Each file holds both streams; equal words without TLAST are told of what was not compared."""
    streams = {
        name: [line.split()[0] for line in (tiny_vectors / f"{name}.dat").read_text().splitlines()]
        for name in ("left", "cost")
    }
    rows = "".join(
        f"{k},{a},{b}\n" for k, (a, b) in enumerate(zip(*streams.values(), strict=False))
    )
    text = "Sample,s_tdata,c_tdata\nRadix - UNSIGNED,HEX,HEX\n" + rows
    for name in streams:
        (dumps / f"{name}.csv").write_text(text)
    found = compare_dumps(dumps, tiny_vectors, {"cost": "c_tdata", "": "s_tdata"}).files
    assert [each.mismatch for each in found] == [None, None]
    assert [each.not_compared for each in found] == [("TKEEP", "TUSER", "TLAST")] * 2
    (swapped, _) = compare_dumps(dumps, tiny_vectors, {"left": "c_", "cost": "c_"}).files
    assert not swapped.equal


def test_an_array_of_a_driver(tiny_vectors: Path, dumps: Path) -> None:
    tensor = np.load(tiny_vectors / "cost.npy").transpose(1, 2, 0)[None].astype(np.float32)
    shape = "x".join(map(str, tensor.shape))
    tensor.tofile(dumps / f"cost.{shape}.float32.bin")
    (found,) = compare_dumps(dumps, tiny_vectors).files
    assert found.equal and found.file == f"cost.{shape}.float32.bin"


@pytest.mark.parametrize("kept", ["npy", "hex", "dat"])
def test_any_format_of_the_vectors_is_enough(tiny_vectors: Path, tmp_path: Path, kept: str) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    index = json.loads((tiny_vectors / INDEX).read_text())
    index["tensors"] = [each for each in index["tensors"] if kept in each["files"]]
    for each in index["tensors"]:
        each["files"] = {kept: each["files"][kept]}
        shutil.copy(tiny_vectors / each["files"][kept]["name"], folder)
    (folder / INDEX).write_text(json.dumps(index))
    result = compare_dumps(tiny_vectors, folder)
    assert len(result.files) > 100 and all(each.equal for each in result.files)


def test_vectors_that_were_changed(tiny_vectors: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_vectors, tmp_path / "set")
    codes = np.load(folder / "cost.npy")
    codes[0, 0, 0] ^= 1
    np.save(folder / "cost.npy", codes)
    with pytest.raises(BadInput, match=r"cost\.npy: is not the file that index\.json describes"):
        compare_dumps(tiny_vectors, folder)


def test_nothing_in_common(tiny_vectors: Path, dumps: Path) -> None:
    (dumps / "other.hex").write_text("00\n")
    with pytest.raises(BadInput, match=r"holds nothing named after a tensor.*disparity\.hex\.$"):
        compare_dumps(dumps, tiny_vectors)
    with pytest.raises(BadInput, match="is not a folder; give the one with what came back"):
        compare_dumps(dumps / "other.hex", tiny_vectors)


@pytest.mark.parametrize("lanes", [1, 2, 3, 5])
def test_positions_in_a_stream(lanes: int) -> None:
    """Against a walk over the words of a tensor of 5 channels, 2 rows and 3 columns."""
    per_pixel = -(-5 // lanes)
    entry = Entry("x", "tensor", "Crop", [5, 2, 3], 5, 2, 3, 4, False, 0, lanes, 4 * lanes,
                  per_pixel, 6 * per_pixel, {})  # fmt: skip
    walk = [
        [(c, y, x) for c in range(first, min(first + lanes, 5))]
        for y in range(2) for x in range(3) for first in range(0, 5, lanes)
    ]  # fmt: skip
    flat = [place for word in walk for place in word]
    assert [position(entry, at) for at in range(30)] == flat
    for words in range(len(walk) + 3):
        assert elements_in(entry, words) == sum(len(word) for word in walk[:words])


def test_a_picture_shows_where(tiny_vectors: Path, copy: Copy, dumps: Path, tmp_path: Path) -> None:
    codes = np.load(copy("enc0_relu.npy") / "enc0_relu.npy")
    codes[:, 2:4, 5:9] ^= 1
    np.save(dumps / "enc0_relu.npy", codes)
    pictures = []
    for name in ("a.png", "b.png"):
        first = compare_dumps(dumps, tiny_vectors).first
        assert first is not None
        save_difference(tmp_path / name, first)
        pictures.append(np.array(Image.open(tmp_path / name).convert("RGB")))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    top = pictures[0][: len(pictures[0]) // 3]  # channels that differ: 0 dark, all of them bright
    dark, bright = ((top == colour).all(axis=2) for colour in ([68, 1, 84], [253, 231, 36]))
    rows, columns = np.nonzero(dark)  # of the map, and of the first colour of the bar beside it
    bar = columns > np.median(columns) * 1.5
    pixel = (np.ptp(rows[~bar]) + 1) / 10
    up, left = rows[~bar].min(), columns[~bar].min()
    rows, columns = np.nonzero(bright[:, : left + round(17 * pixel)])
    box = (
        np.array([rows.min(), rows.max() + 1]) - up,
        np.array([columns.min(), columns.max()]) - left,
    )
    assert np.round(box[0] / pixel).tolist() == [2, 4]
    assert np.round(box[1] / pixel).tolist() == [5, 9]


def test_icarus_reads_the_words_and_writes_them_back(
    tiny_vectors: Path, dumps: Path, tmp_path: Path
) -> None:
    """$readmemh takes the .hex as it is, $fscanf the .dat; compare takes what they write."""
    if not shutil.which("iverilog"):
        pytest.skip("iverilog is not installed")
    entry = entry_of(tiny_vectors, "cenc")
    keep = entry.layout.word_bytes
    (tmp_path / "bench.sv").write_text(f"""
module bench;
  reg [{entry.word_bits - 1}:0] memory [0:{entry.words - 1}];
  reg [{8 * keep - 1}:0] data; reg [{keep - 1}:0] keep; reg user, last;
  integer source, sink;
  initial begin
    $readmemh("{tiny_vectors}/cenc.hex", memory);
    memory[40][0] = ~memory[40][0];
    memory[41][0] = 1'bx;
    $writememh("{dumps}/cenc.hex", memory);
    source = $fopen("{tiny_vectors}/cenc.dat", "r");
    sink = $fopen("{dumps}/cenc.dat", "w");
    while ($fscanf(source, "%h %h %b %b", data, keep, user, last) == 4)
      $fdisplay(sink, "%h %h %b %b", data, keep, user, last);
    $fclose(sink);
  end
endmodule
""")
    subprocess.run(
        ["iverilog", "-g2012", "-o", tmp_path / "bench", tmp_path / "bench.sv"], check=True
    )
    subprocess.run(["vvp", "-n", tmp_path / "bench"], check=True, capture_output=True)
    words, beats = compare_dumps(dumps, tiny_vectors).files
    assert beats.file == "cenc.dat" and beats.equal
    assert words.mismatch is not None and words.words == entry.words
    assert (words.mismatch.count, words.mismatch.index) == (2, (0, 2, 6))
    assert (words.undefined, words.fault) == (1, None)


def test_nothing_else_is_equal(tiny_vectors: Path) -> None:
    entry = entry_of(tiny_vectors, "cost")
    good: dict[str, Any] = {
        "file": "f", "case": "c", "elements": 1, "words": entry.words, "undefined": 0,
        "mismatch": None, "fault": None, "last_equal": None,
    }  # fmt: skip
    assert Compared(entry, **good).equal
    for change in ({"fault": "x"}, {"words": entry.words - 1}, {"words": entry.words + 1}):
        assert not Compared(entry, **{**good, **change}).equal
