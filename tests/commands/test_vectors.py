"""fdscs vectors and fdscs compare, on the build that the commands before them made."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fdscs.export.build import read_build
from fdscs.hls_reference.run import run_images
from fdscs.vectors.index import INDEX

Made = Callable[..., str]
Fdscs = Callable[..., Any]


@pytest.fixture(scope="module")
def vectors(made: Made, build: Path, left: Path, right: Path, stage: Path) -> Path:
    folder = stage / "vectors"
    made("vectors", build, "--left", left, "--right", right, "--crop", "33x64", "-o", folder)
    return folder


def test_vectors_are_of_the_middle_of_the_pair(vectors: Path, left: Path, right: Path) -> None:
    part = np.s_[23:56, 48:112]  # of 80x160
    for view, path in (("left", left), ("right", right)):
        pixels = np.array(Image.open(path))[part].transpose(2, 0, 1)
        assert np.array_equal(np.load(vectors / f"{view}.npy"), pixels)
    images = json.loads((vectors / INDEX).read_text())["images"]
    assert images == {"pair": "000000 (80x160)", "rows": 33, "columns": 64, "top": 23, "left": 48}


def test_vectors_are_the_references(vectors: Path, build: Path) -> None:
    frozen = read_build(build)
    views = (np.load(vectors / f"{view}.npy").transpose(1, 2, 0) for view in ("left", "right"))
    disparity = run_images(frozen.graph, frozen.params, *views)["disparity"]
    assert np.array_equal(np.load(vectors / "disparity.npy"), disparity)
    assert disparity.min() < disparity.max()


def test_the_summary_says_how_large_they_are(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    printed = made("vectors", build, "--left", left, "--right", right, "--layers", "enc0,cenc",
                   "--lanes", "2,cost=3", "--formats", "hex,npy", "-o", tmp_path)  # fmt: skip
    names = {path.name for path in tmp_path.iterdir()}
    expected = [f"{layer}{part}" for layer in ("enc0", "cenc")
                for part in ("", "_relu", ".weight", ".bias", ".shift")]  # fmt: skip
    stems = ["cost", "cenc_in", *expected]
    assert names == {f"{stem}.{kind}" for stem in stems for kind in ("npy", "hex")} | {INDEX}
    sizes = {
        kind: sum(path.stat().st_size for path in tmp_path.glob(f"*.{kind}")) / 1e6
        for kind in ("npy", "hex")
    }
    assert printed == (
        f"{tmp_path}: 6 tensors and 6 parameters for images of 80x160; {sum(sizes.values()):.2f} "
        f"MB (npy {sizes['npy']:.2f}, hex {sizes['hex']:.2f})\n"
    )
    lanes = {e["name"]: e["lanes"] for e in json.loads((tmp_path / INDEX).read_text())["tensors"]}
    assert (lanes["cost"], lanes["enc0"], lanes["cenc.weight"]) == (3, 2, 2)


def test_motorcycle_by_default(made: Made, build: Path, tmp_path: Path) -> None:
    printed = made("vectors", build, "--layers", "left", "--formats", "npy", "-o", tmp_path)
    assert "for images of 500x741; 1.11 MB (npy 1.11)" in printed
    assert json.loads((tmp_path / INDEX).read_text())["images"]["pair"] == "motorcycle (500x741)"


def test_equal(made: Made, vectors: Path, tmp_path: Path) -> None:
    picture = tmp_path / "where.png"
    for name in ("cost.hex", "enc0.dat", "enc0_relu.npy"):
        shutil.copy(vectors / name, tmp_path)
    printed = made("compare", tmp_path, vectors, "--picture", picture)
    assert "\nequal: 0 of 3 files differ, " in printed and "DIFFERS" not in printed
    assert "not compared, no file: left, left_sum, " in printed
    assert not picture.exists()


def test_different(fdscs: Fdscs, vectors: Path, tmp_path: Path) -> None:
    dumps, picture = tmp_path / "dumps", tmp_path / "where.png"
    dumps.mkdir()
    shutil.copy(vectors / "cost.hex", dumps)
    codes = np.load(vectors / "enc0_relu.npy")
    codes[1, 2, 3] ^= 1
    np.save(dumps / "enc0_relu.npy", codes)
    (dumps / "cenc.hex").write_text("")
    status, out, err = fdscs("compare", dumps, vectors, "--picture", picture)
    assert (status, err) == (1, "")
    found = codes[1, 2, 3]
    assert (
        f"first difference: enc0_relu: 1 of {codes.size} differ on 000000 (80x160), enc0_relu.npy; "
        f"first at (c1, y2, x3): reference {found ^ 1}, found {found}; last equal layer cost\n"
    ) in out
    assert "\ndifference: cenc: 0 equal on 000000 (80x160), cenc.hex; " in out
    assert "\nNOT EQUAL: 2 of 3 files differ, " in out
    with Image.open(picture) as image:
        assert image.format == "PNG" and min(image.size) > 300
    assert {path.name for path in dumps.iterdir()} == {"cost.hex", "enc0_relu.npy", "cenc.hex"}


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "crop": (("--crop", "33"), "--crop 33: give rows x columns, such as 375x1242"),
    "large crop": (("--crop", "81x64"), "--crop 81x64: the images have 80x160 pixels; take fewer"),
    "layer": (("--layers", "enc9"), "enc9: this network has no such layer; choose from left"),
    "no layer": (("--layers", ""), "--layers names no layer; leave it out for all."),
    "lanes": (("--lanes", "0"), "--lanes 0: give 1 to 4096 channels a word, such as 8 or cost=3."),
    "named lanes": (("--lanes", "cost="), "--lanes cost=: give 1 to 4096 channels a word"),
    "many lanes": (("--lanes", "cost=4097"), "--lanes cost=4097: give 1 to 4096"),
    "no lanes": (("--lanes", ""), "--lanes : give 1 to 4096 channels a word"),
    "unknown lanes": (("--lanes", "enc9=3"), "enc9: this network has no such layer"),
    "format": (("--formats", "npy,bin"), "--formats npy,bin: choose from npy, hex, dat."),
    "no format": (("--formats", ""), "--formats : choose from npy, hex, dat."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_vectors_that_cannot_be_made(
    refused: Callable[..., str], build: Path, left: Path, right: Path, tmp_path: Path, case: str
) -> None:
    options, message = REFUSED[case]
    output = tmp_path / "out"
    said = refused("vectors", build, "--left", left, "--right", right, *options, "-o", output,
                   output=output)  # fmt: skip
    assert said.startswith(message)


def test_one_view_is_not_enough(
    refused: Callable[..., str], build: Path, left: Path, tmp_path: Path
) -> None:
    said = refused("vectors", build, "--left", left, "-o", tmp_path / "out")
    assert said.startswith("give both --left and --right")


def test_a_dump_that_cannot_be_read(
    refused: Callable[..., str], vectors: Path, tmp_path: Path
) -> None:
    (tmp_path / "cost.hex").write_text("what?\n")
    said = refused("compare", tmp_path, vectors)
    assert said.startswith(f"{tmp_path / 'cost.hex'}, line 1, column 1: 'what?' is not a word of 3")


def test_no_vectors(refused: Callable[..., str], tmp_path: Path) -> None:
    said = refused("compare", tmp_path, tmp_path)
    assert said == (
        f"{tmp_path}: no vectors, it has no index.json; make them with `fdscs vectors`."
    )


def test_a_picture_that_cannot_be_written(
    refused: Callable[..., str], vectors: Path, tmp_path: Path
) -> None:
    (tmp_path / "cost.hex").write_text("")
    picture = tmp_path / "cost.hex" / "where.png"
    assert refused("compare", tmp_path, vectors, "--picture", picture).startswith(str(picture))


def test_what_a_capture_does_not_have_is_said(
    fdscs: Fdscs, made: Made, vectors: Path, tmp_path: Path
) -> None:
    beats = [line.split() for line in (vectors / "rgb.dat").read_text().splitlines()]
    head = "Sample,u1/dout,u1/dout_last\nRadix - UNSIGNED,HEX,BINARY\n"
    rows = [f"{k},{data},{last}\n" for k, (data, _, _, last) in enumerate(beats)]
    (tmp_path / "rgb.csv").write_text(head + "".join(rows))
    printed = made("compare", tmp_path, vectors, "--signal", "rgb=u1/dout")
    assert "rgb.csv: has no TKEEP, TUSER, which were not compared" in printed
    (tmp_path / "rgb.csv").write_text(head + "".join(row[:-2] + "0\n" for row in rows))
    outcome = fdscs("compare", tmp_path, vectors, "--signal", "dout")
    assert outcome.status == 1 and "has the wrong TLAST, which ends each row" in outcome.out
