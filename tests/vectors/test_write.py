"""A set of golden vectors: what is in it, in which order, and what becomes of one not finished."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import Build, read_build, write_build
from fdscs.hls_reference.run import run_images
from fdscs.model.config import LITE
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.quantization.freeze import freeze
from fdscs.stereo_datasets.augment import crop
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import (
    INDEX,
    Entry,
    Images,
    Index,
    read_index,
    verified,
    write_index,
)
from fdscs.vectors.words import as_tensor, hex_lines, pack
from fdscs.vectors.write import LaneChoice, write_vectors

SIZE = (19, 33)
Views = tuple[np.ndarray, np.ndarray]
Write = Callable[..., Index]


@pytest.fixture(scope="session")
def views(random_images: Callable[..., Views]) -> Views:
    return random_images(*SIZE)


@pytest.fixture
def write(tiny_build: Build, views: Views) -> Write:
    """Write vectors of the tiny network, of all layers unless told otherwise."""

    def run(folder: Path, **options: object) -> Index:
        images = Images("noise", *SIZE, 0, 0)
        pair = StereoPair("noise", *views)
        return write_vectors(folder, tiny_build, pair, images, **options)  # type: ignore[arg-type]

    return run


def entry_of(index: Index, name: str) -> Entry:
    return next(entry for entry in index.tensors if entry.name == name)


def test_every_tensor_and_parameter_is_the_references(
    tiny_vectors: Path, tiny_build: Build, views: Views
) -> None:
    index = read_index(tiny_vectors)
    values = {**tiny_build.params, **run_images(tiny_build.graph, tiny_build.params, *views)}
    assert {entry.name for entry in index.tensors} == set(values)
    for entry in index.tensors:
        array = np.load(tiny_vectors / entry.files["npy"].name)
        assert np.array_equal(array, values[entry.name]) and list(array.shape) == entry.shape
        assert array.itemsize * 8 < 2 * max(entry.bits, 5), "a narrower type would do"
        text = (tiny_vectors / entry.files["hex"].name).read_bytes()
        comment, _, words = text.partition(b"\n")
        assert comment.startswith(f"// {entry.name}: ".encode())
        assert words == hex_lines(pack(as_tensor(array), entry.layout), entry.layout)
        assert ("dat" in entry.files) == (entry.role in ("tensor", "accumulator"))


def test_entries_are_in_the_order_of_the_datapath(tiny_vectors: Path, tiny_build: Build) -> None:
    entries = read_index(tiny_vectors).tensors
    tensors = [each.name for each in entries if each.role in ("tensor", "accumulator")]
    assert tensors == [node.name for node in tiny_build.graph.nodes]
    at = [each.name for each in entries].index("enc0.weight")
    names = ["enc0.weight", "enc0.bias", "enc0", "enc0.shift", "enc0_relu"]
    assert [each.name for each in entries[at : at + 5]] == names
    roles = ["weight", "bias", "accumulator", "shift", "tensor"]
    assert [each.role for each in entries[at : at + 5]] == roles


def test_the_index_says_what_the_files_hold(tiny_vectors: Path, tiny_build: Build) -> None:
    index = read_index(tiny_vectors)
    assert index.graph_sha256 == tiny_build.graph.digest()
    left, acc, weight = (entry_of(index, name) for name in ("left", "cenc", "cenc.weight"))
    assert (left.shape, left.word_bits, left.words) == ([3, *SIZE], 24, SIZE[0] * SIZE[1])
    assert (acc.op, acc.signed, acc.frac) == ("Conv2d", True, None)
    assert acc.bits == tiny_build.graph["cenc"].acc_bits  # type: ignore[attr-defined]
    assert weight.shape == [6, 9, 3, 3] and (weight.rows, weight.columns) == (6, 9)
    assert entry_of(index, "disparity").frac == 8
    for entry in index.tensors:
        for file in entry.files.values():
            data = (tiny_vectors / file.name).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
    named = {file.name for entry in index.tensors for file in entry.files.values()}
    assert {path.name for path in tiny_vectors.iterdir()} == named | {INDEX}


def test_streams_mark_the_frame_and_each_row(tiny_vectors: Path) -> None:
    beats = [line.split() for line in (tiny_vectors / "left.dat").read_text().splitlines()]
    assert len(beats) == SIZE[0] * SIZE[1]
    assert [at for at, beat in enumerate(beats) if beat[2] == "1"] == [0]
    ends = [at for at, beat in enumerate(beats) if beat[3] == "1"]
    assert ends == [SIZE[1] * (row + 1) - 1 for row in range(SIZE[0])]
    red, green, blue = np.load(tiny_vectors / "left.npy")[:, 0, 0]
    assert beats[0][:2] == [f"{blue:02x}{green:02x}{red:02x}", "7"]


def test_the_same_set_has_the_same_bytes(tiny_vectors: Path, write: Write, tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path)  # over itself
    names = {path.name for path in tiny_vectors.iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert all(
        (tmp_path / name).read_bytes() == (tiny_vectors / name).read_bytes() for name in names
    )


def test_blocks_do_not_show(
    tiny_vectors: Path, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fdscs.vectors.write.BLOCK", 1)
    write(tmp_path)
    assert (tmp_path / INDEX).read_bytes() == (tiny_vectors / INDEX).read_bytes()


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        (["enc0"], "cost enc0.weight enc0.bias enc0 enc0.shift enc0_relu"),
        (["enc0_relu"], "enc0 enc0.shift enc0_relu"),
        (["left"], "left"),
        (["cat_2", "pool_2"], "u2_2_relu pool_2 up_2 cat_2"),
    ],
)
def test_a_layer_is_what_it_reads_and_makes(
    write: Write, tmp_path: Path, layers: list[str], names: str
) -> None:
    index = write(tmp_path, layers=layers)
    assert [entry.name for entry in index.tensors] == names.split()
    named = {file.name for entry in index.tensors for file in entry.files.values()}
    assert {path.name for path in tmp_path.iterdir()} == named | {INDEX}


def test_lanes(write: Write, tmp_path: Path) -> None:
    choice = LaneChoice(4, {"enc0_relu": 3, "enc0.weight": 24, "left": 4, "enc0.bias": 8})
    index = write(tmp_path, lanes=choice, formats=("hex",))
    found = {entry.name: (entry.lanes, entry.words_per_pixel) for entry in index.tensors}
    assert found["cost"] == (4, 6) and found["rgb"] == (3, 1)  # 24 and 3 channels
    assert found["enc0_relu"] == (3, 3) and found["left"] == (4, 1)
    assert found["enc0.weight"] == (24, 1) and found["enc1.weight"] == (4, 2)
    assert found["enc0.bias"] == (8, 1) and found["enc1.bias"] == (1, 6)
    assert len((tmp_path / "cost.hex").read_text().splitlines()) == 1 + 10 * 17 * 6


def test_formats(write: Write, tmp_path: Path) -> None:
    index = write(tmp_path, layers=["enc0"], formats=("dat",))
    assert [entry.name for entry in index.tensors] == ["cost", "enc0", "enc0_relu"]
    assert {path.suffix for path in tmp_path.iterdir()} == {".dat", ".json"}


@pytest.mark.parametrize(
    "options", [{"layers": ["enc9"]}, {"lanes": LaneChoice(named={"enc9": 2})}]
)
def test_unknown_layers(write: Write, tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="enc9: this network has no such layer; choose from left"):
        write(tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def test_images_too_narrow_for_the_disparities(
    tiny_build: Build, random_images: Callable[..., Views], tmp_path: Path
) -> None:
    images = Images("noise", 19, 14, 0, 0)
    with pytest.raises(BadInput, match=r"14 pixels wide; this network's 8 disp.* least 15"):
        pair = StereoPair("noise", *random_images(19, 14))
        write_vectors(tmp_path / "new", tiny_build, pair, images)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_other_files(write: Write, tmp_path: Path) -> None:
    write(tmp_path, layers=["enc0"])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadInput, match=r"holds cost\.dat, which is no part of this set; choose an"):
        write(tmp_path, layers=["left"])
    assert sorted(tmp_path.iterdir()) == before


def test_a_set_that_cannot_be_finished_is_none(
    tiny_vectors: Path, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(tiny_vectors, tmp_path / "set")
    synced: list[int] = []

    def fail_later(handle: int) -> None:
        synced.append(handle)
        if len(synced) > 7:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail_later)
    with pytest.raises(BadInput, match="No space left on device"):
        write(folder)
    assert len(synced) == 8 and not (folder / INDEX).exists() and not list(folder.glob(".*"))
    with pytest.raises(BadInput, match=r"no vectors, it has no index\.json"):
        read_index(folder)


INDICES: dict[str, tuple[Callable[[dict], object], str]] = {
    "format": (lambda i: i.update(format="fdscs-vectors/0"), "of format 'fdscs-vectors/0', not"),
    "no format": (lambda i: i.pop("format"), "format: Field required"),
    "more": (lambda i: i.update(extra=1), "extra: Unexpected keyword"),
    "path": (lambda i: i["tensors"][0].update(name="../left"), "tensors.0.name: String should"),
    "two": (lambda i: i["tensors"].append(i["tensors"][0]), "left contradicts itself"),
    "file": (
        lambda i: i["tensors"][0]["files"]["npy"].update(name="../left.npy"),
        "left contradicts itself",
    ),
    "kind": (lambda i: i["tensors"][0]["files"].update(exe={}), "Input should be 'npy'"),
    "words": (lambda i: i["tensors"][0].update(words=3), "left contradicts itself"),
    "rows": (lambda i: i["tensors"][0].update(rows=20), "left contradicts itself"),
    "huge": (lambda i: i["tensors"][0].update(rows=1 << 21), "less than or equal to 1048576"),
    "bits": (lambda i: i["tensors"][0].update(bits=65), "tensors.0.bits: Input should be less"),
    "text": (lambda i: i["tensors"][0].update(bits="8"), "tensors.0.bits: Input should be a valid"),
    "small": (
        lambda i: i["tensors"][0]["files"]["hex"].update(bytes=1000),
        "left contradicts itself",
    ),
    "no files": (lambda i: i["tensors"][0].update(files={}), "left contradicts itself"),
}


@pytest.mark.parametrize("case", INDICES)
def test_an_edited_index(tiny_vectors: Path, tmp_path: Path, case: str) -> None:
    change, message = INDICES[case]
    index = json.loads((tiny_vectors / INDEX).read_text())
    change(index)
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(BadInput, match=rf"index\.json: .*{message}.*\.$"):
        read_index(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", "[" * 100_000])
def test_an_index_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / INDEX).write_text(text)
    with pytest.raises(BadInput, match=r"index\.json: .*; make the vectors again\.$"):
        read_index(tmp_path)


def test_files_are_those_of_the_index(tiny_vectors: Path, tmp_path: Path) -> None:
    file = entry_of(read_index(tiny_vectors), "cost").files["hex"]
    assert verified(tiny_vectors, file) == tiny_vectors / "cost.hex"
    data = bytearray((tiny_vectors / "cost.hex").read_bytes())
    data[-2] ^= 1
    (tmp_path / "cost.hex").write_bytes(data)
    with pytest.raises(BadInput, match=r"cost\.hex: is not the file that index\.json describes"):
        verified(tmp_path, file)
    (tmp_path / "cost.hex").unlink()
    with pytest.raises(BadInput, match=r"cost\.hex: cannot be read \(No such file"):
        verified(tmp_path, file)


def test_an_index_reads_back(tiny_vectors: Path, tmp_path: Path) -> None:
    write_index(tmp_path, read_index(tiny_vectors))
    assert (tmp_path / INDEX).read_bytes() == (tiny_vectors / INDEX).read_bytes()


def test_all_of_lite_is_small_enough_to_commit(tmp_path: Path) -> None:
    """Every tensor and parameter in all formats for 32x96 pixels of Motorcycle: under 10 MB."""
    net = FloatNetwork(LITE.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    pairs = SyntheticPairs(1, (64, 128), max_disparity=90, seed=3)
    frozen = freeze(calibrate(net.eval(), LITE, pairs)[0])
    (tmp_path / "build").mkdir()
    write_build(tmp_path / "build", frozen.graph, frozen.params, {})
    pair = open_dataset("motorcycle", None)[0]
    folder = tmp_path / "vectors"
    index = write_vectors(
        folder, read_build(tmp_path / "build"), crop(pair, 234, 322, 32, 96),
        Images("motorcycle", 32, 96, 234, 322),
    )  # fmt: skip
    assert len(index.tensors) == len(frozen.graph.nodes) + 3 * len(frozen.graph.of_type(Conv2d))
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert index.size("npy", "hex", "dat") < size < 10_000_000
