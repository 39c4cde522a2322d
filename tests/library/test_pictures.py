"""What is taken for a picture, and the sentence for all that is not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import fdscs
from fdscs.export.build import Build as Artefact
from fdscs.library.build import Build

RNG = np.random.default_rng(5)
LEFT = RNG.integers(0, 256, (24, 40, 3), dtype=np.uint8)
RIGHT = np.roll(LEFT, -3, axis=1)
WANTED = "expected a NumPy array, uint8 of shape (height, width, 3)"
RANGE = f"{WANTED} with values from 0 to 255"


@pytest.fixture(scope="module")
def build(tiny_build: Artefact) -> Build:
    return fdscs.load(tiny_build.folder)


class Photograph(np.ndarray):  # type: ignore[type-arg]
    """A subclass, as other libraries have them."""


def read_only(picture: np.ndarray) -> np.ndarray:
    copy = picture.copy()
    copy.flags.writeable = False
    return copy


SAME = {
    "plain": lambda x: x,
    "subclass": lambda x: x.view(Photograph),
    "read-only": read_only,
    "columns first in memory": lambda x: np.asfortranarray(x),
    "negative strides": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "every other pixel": lambda x: np.repeat(np.repeat(x, 2, 0), 2, 1)[::2, ::2],
}


@pytest.mark.parametrize("kind", SAME)
@pytest.mark.parametrize("backend", ["reference", "brevitas"])
def test_any_array_of_the_same_values_gives_the_same(build: Build, kind: str, backend: str) -> None:
    expected = build.predict(LEFT, RIGHT)
    found = build.predict(SAME[kind](LEFT), SAME[kind](RIGHT), backend)
    assert type(found) is np.ndarray and np.array_equal(found, expected)


def scaled(dtype: type, high: int) -> np.ndarray:
    """A picture with values from 0 to `high`."""
    picture = np.full((24, 40, 3), high, dtype)
    picture[0] = 0
    return picture


REFUSED: dict[str, tuple[Any, str]] = {
    "floats to 1": (
        scaled(np.float32, 1),
        f"left is float32 of shape (24, 40, 3) with values from 0 to 1; {RANGE}: "
        "give (255 * left).round().astype(numpy.uint8).",
    ),
    "floats to 255": (
        scaled(np.float64, 255),
        f"left is float64 of shape (24, 40, 3) with values from 0 to 255; {RANGE}: "
        "give left.round().astype(numpy.uint8).",
    ),
    "12 bits": (
        scaled(np.uint16, 4095),
        f"left is uint16 of shape (24, 40, 3) with values from 0 to 4095; {RANGE}: scale it.",
    ),
    "centred": (
        LEFT.astype(np.float32) / 127.5 - 1,
        f"left is float32 of shape (24, 40, 3) with values from -1 to 1; {RANGE}: scale it.",
    ),
    "not numbers": (
        np.full((24, 40, 3), np.nan, np.float32),
        f"left is float32 of shape (24, 40, 3) with values from nan to nan; {RANGE}: scale it.",
    ),
    "bool": (LEFT > 99, f"left is bool of shape (24, 40, 3); {WANTED}."),
    "channels first": (
        LEFT.transpose(2, 0, 1),
        f"left is uint8 of shape (3, 24, 40); {WANTED}; this one has its channels first: give "
        "left.transpose(1, 2, 0).",
    ),
    "gray": (
        LEFT[..., 0],
        f"left is uint8 of shape (24, 40); {WANTED}; this one is gray: give "
        "numpy.dstack([left] * 3).",
    ),
    "gray, one channel": (
        LEFT[..., :1],
        f"left is uint8 of shape (24, 40, 1); {WANTED}; this one is gray: give "
        "left.repeat(3, axis=2).",
    ),
    "alpha": (
        np.dstack([LEFT, LEFT[..., 0]]),
        f"left is uint8 of shape (24, 40, 4); {WANTED}; this one has an alpha channel: give "
        "left[..., :3].",
    ),
    "a batch": (
        LEFT[None],
        f"left is uint8 of shape (1, 24, 40, 3); {WANTED}; give one pair at a time.",
    ),
    "a line": (LEFT[0, :, 0], f"left is uint8 of shape (40,); {WANTED}."),
    "empty": (LEFT[:0], f"left is uint8 of shape (0, 40, 3), which is empty; {WANTED}."),
    "a tensor": (
        torch.from_numpy(LEFT).permute(2, 0, 1),
        f"left is torch.Tensor of shape (3, 24, 40); {WANTED}: give "
        "left.permute(1, 2, 0).cpu().numpy().",
    ),
    "a batch of tensors": (
        torch.from_numpy(LEFT).permute(2, 0, 1)[None],
        f"left is torch.Tensor of shape (1, 3, 24, 40); {WANTED}, and batches are for torch "
        "modules: use quant_network().",
    ),
    "Pillow's": (
        Image.fromarray(LEFT),
        f'left is PIL.Image.Image; {WANTED}: give numpy.array(left.convert("RGB")).',
    ),
    "a name": ("l.png", f"left is str; {WANTED}: give fdscs.read_image(left)."),
    "a list": (LEFT.tolist(), f"left is list; {WANTED}."),
    "nothing": (None, f"left is NoneType; {WANTED}."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_picture_is_refused_in_a_sentence(build: Build, case: str) -> None:
    given, sentence = REFUSED[case]
    for run in (build.predict, build.tensors):
        with pytest.raises(fdscs.BadInput) as error:
            run(given, RIGHT)
        assert str(error.value) == sentence


@pytest.mark.parametrize("case", REFUSED)
def test_the_right_one_is_looked_at_too(build: Build, case: str) -> None:
    given, sentence = REFUSED[case]
    with pytest.raises(fdscs.BadInput) as error:
        build.predict(LEFT, given)
    assert str(error.value) == sentence.replace("left", "right")


@pytest.mark.parametrize("case", ["floats to 1", "floats to 255", "gray", "gray, one channel",
                                  "channels first", "alpha", "a tensor", "Pillow's"])  # fmt: skip
def test_the_advice_helps(build: Build, case: str) -> None:
    given, sentence = REFUSED[case]
    advice = sentence.rpartition("give ")[2].rstrip(".")
    left = eval(advice, {"numpy": np, "left": given})
    assert build.predict(left, left).shape == (24, 40)


def test_views_of_two_sizes(build: Build) -> None:
    with pytest.raises(fdscs.BadInput, match=r"^left is 24x40 but right is 24x39; both views must"):
        build.predict(LEFT, RIGHT[:, 1:])


def test_too_narrow(build: Build) -> None:
    assert build.least_columns == 15
    build.predict(LEFT[:, :15], RIGHT[:, :15])
    with pytest.raises(fdscs.BadInput, match=r"are 14 pixels wide; .* at least 15; give wider"):
        build.predict(LEFT[:, :14], RIGHT[:, :14])


def test_too_low_to_mirror(build: Build) -> None:
    with pytest.raises(fdscs.BadInput, match="images of 1x40 pixels are not supported"):
        build.predict(LEFT[:1], RIGHT[:1])


def test_a_refusal_is_a_value_error(build: Build) -> None:
    with pytest.raises(ValueError, match="left is NoneType"):
        build.predict(None, RIGHT)  # type: ignore[arg-type]


def test_read_image(tmp_path: Path) -> None:
    Image.fromarray(LEFT).save(tmp_path / "l.png")
    assert np.array_equal(fdscs.read_image(str(tmp_path / "l.png")), LEFT)
    Image.fromarray(np.dstack([LEFT, LEFT[..., 0]])).save(tmp_path / "alpha.png")
    with pytest.raises(fdscs.BadInput, match=r"alpha.png: is partly transparent"):
        fdscs.read_image(tmp_path / "alpha.png")
