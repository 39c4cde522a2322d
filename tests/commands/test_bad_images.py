"""Images that cannot be used are refused in one sentence, and nothing is written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Refused = Callable[..., str]
RNG = np.random.default_rng(0)
GRAY = RNG.integers(0, 256, (80, 160), dtype=np.uint8)
RGB = RNG.integers(0, 256, (80, 160, 3), dtype=np.uint8)


def truncated(path: Path) -> None:
    Image.fromarray(RGB).save(path)
    path.write_bytes(path.read_bytes()[:2000])


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (
        lambda path: path.write_text("no picture"),
        "is not a PNG, JPEG, WEBP, PGM or PPM, BMP or TIFF picture",
    ),
    "empty": (
        lambda path: path.write_bytes(b""),
        "is not a PNG, JPEG, WEBP, PGM or PPM, BMP or TIFF picture",
    ),
    "truncated": (truncated, "cannot be read"),
    "1 bit": (lambda path: Image.fromarray(GRAY > 99).save(path), "is 1 bit deep; only RGB"),
    "RGBA": (
        lambda path: Image.fromarray(np.dstack([RGB, GRAY])).save(path),
        "pixels); only opaque pictures",
    ),
    "missing": (lambda path: None, "cannot be read (No such file or directory)"),
    "folder": (lambda path: path.mkdir(), "no picture was found there"),
}


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("case", BAD)
def test_predict(
    refused: Refused, build: Path, left: Path, tmp_path: Path, case: str, side: str
) -> None:
    write, message = BAD[case]
    bad, output = tmp_path / "bad.png", tmp_path / "out" / "d.png"
    write(bad)
    views = {"left": left, "right": left, side: bad}
    said = refused(
        "predict", build, "--left", views["left"], "--right", views["right"], "-o", output,
        output=output,
    )  # fmt: skip
    assert said.startswith(f"{bad}: ") and message in said


@pytest.mark.parametrize("case", ["text", "RGBA", "missing"])
def test_check(refused: Refused, build: Path, left: Path, tmp_path: Path, case: str) -> None:
    write, message = BAD[case]
    bad, output = tmp_path / "bad.png", tmp_path / "out" / "c.json"
    write(bad)
    said = refused("check", build, "--left", left, "--right", bad, "--json", output, output=output)
    assert said.startswith(f"{bad}: ") and message in said


def test_evaluate_loses_nothing_for_a_pair_that_cannot_be_read(
    refused: Refused, build: Path, dataset: Path, tmp_path: Path
) -> None:
    root, output = shutil.copytree(dataset, tmp_path / "pairs"), tmp_path / "e.json"
    truncated(root / "right" / "000001.png")
    said = refused("evaluate", build, "--dataset", "folder", "--root", root, "--json", output)
    bad = root / "right" / "000001.png"
    assert said.startswith(
        "1 of 3 pairs cannot be used; leave them out, the figures are the others': "
    )
    assert f"{bad}: cannot be read" in said
    found = json.loads(output.read_text())
    assert found["images"] == 2 and [each["name"] for each in found["unread"]] == ["000001"]


def save(path: Path, picture: np.ndarray) -> Path:
    Image.fromarray(picture).save(path)
    return path


@pytest.mark.parametrize("command", ["predict", "check"])
def test_views_of_different_sizes(
    refused: Refused, build: Path, tmp_path: Path, command: str
) -> None:
    views = save(tmp_path / "l.png", RGB), save(tmp_path / "r.png", RGB[:, :-1])
    output = tmp_path / "out" / "result.npy"
    said = refused(
        command, build, "--left", views[0], "--right", views[1],
        "-o" if command == "predict" else "--json", output, output=output,
    )  # fmt: skip
    assert said.startswith("l: left is 80x160 but right is 80x159; ")
    assert "must have the same size" in said


SOURCES = ("build", "quantised", "float")


@pytest.mark.parametrize("source", SOURCES)
def test_narrower_than_the_disparity_range(
    refused: Refused, made: Refused, build: Path, quantised_file: Path, float_file: Path,
    tmp_path: Path, source: str,
) -> None:  # fmt: skip
    network = {
        "build": (build,),
        "quantised": ("--checkpoint", quantised_file),
        "float": ("--checkpoint", float_file),
    }[source]
    narrow, enough = (save(tmp_path / f"{w}.png", RGB[:, :w]) for w in (14, 15))
    output = tmp_path / "out" / "d.png"
    said = refused(
        "predict", *network, "--left", narrow, "--right", narrow, "-o", output, output=output
    )
    assert "14 pixels wide" in said and said.endswith("need at least 15; give wider ones.")
    made("predict", *network, "--left", enough, "--right", enough, "-o", output)


def test_too_small_to_mirror(refused: Refused, build: Path, tmp_path: Path) -> None:
    flat, output = save(tmp_path / "flat.png", RGB[:1]), tmp_path / "out" / "d.png"
    said = refused("predict", build, "--left", flat, "--right", flat, "-o", output, output=output)
    assert "images of 1x160 pixels are not supported" in said


@pytest.mark.parametrize("backend", ["reference", "brevitas", "qonnx", "onnxruntime"])
def test_gray_is_repeated(made: Refused, build: Path, tmp_path: Path, backend: str) -> None:
    moved = np.roll(GRAY, -3, axis=1)
    for kind, pictures in (
        ("gray", (GRAY, moved)),
        ("rgb", (np.dstack([GRAY] * 3), np.dstack([moved] * 3))),
    ):
        left, right = (save(tmp_path / f"{i}.png", each) for i, each in enumerate(pictures))
        made("predict", build, "--left", left, "--right", right, "-o", tmp_path / f"{kind}_d.png",
             "--backend", backend)  # fmt: skip
    assert (tmp_path / "gray_d.png").read_bytes() == (tmp_path / "rgb_d.png").read_bytes()
