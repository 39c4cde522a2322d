"""What is wrong with a pair of views is named, and nothing is where they are right."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fdscs.evaluation.consistency import agreement, disagreement, right_disparity
from fdscs.evaluation.matches import find_matches
from fdscs.evaluation.views import faults, judge
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs

LARGEST = 94.0
GOOD = 80.0  # % that the left-right check agrees on


def views(left: np.ndarray, right: np.ndarray) -> StereoPair:
    return StereoPair("p", np.ascontiguousarray(left), np.ascontiguousarray(right))


def broken(pair: StereoPair) -> dict[str, StereoPair]:
    """What a fault is called in its sentence → the pair with that fault."""
    left, right = pair.left, pair.right
    noise = np.random.default_rng(0).integers(-3, 4, left.shape)
    nearly = np.clip(left.astype(int) + noise, 0, 255).astype(np.uint8)
    return {
        "are swapped": views(right, left),
        "one picture twice; give": views(left, left),
        "as in one picture twice": views(left, nearly),
        "lie 1.0 px off their row": views(left, np.roll(right, 1, axis=0)),
        "lie 7.0 px off their row": views(left, np.roll(right, -7, axis=0)),
        "negative disparities": views(left, np.roll(right, 25, axis=1)),
        "beyond this network's 94 px": views(left, np.roll(right, -80, axis=1)),
    }


@pytest.fixture(scope="module")
def pair() -> StereoPair:
    return open_dataset("motorcycle")[0]


@pytest.fixture(scope="module")
def made_up() -> SyntheticPairs:
    return SyntheticPairs(3, (192, 384), max_disparity=80, seed=11)


def test_right_pairs_are_not_complained_of(pair: StereoPair, made_up: SyntheticPairs) -> None:
    for each in (pair, *(made_up[index] for index in range(len(made_up)))):
        assert faults(each, GOOD, LARGEST) == []


@pytest.mark.parametrize("name", broken(views(*np.zeros((2, 9, 9, 3), np.uint8))))
def test_the_fault_is_named(pair: StereoPair, name: str) -> None:
    said = faults(broken(pair)[name], GOOD, LARGEST)
    if name.startswith("lie"):  # half the wheels of Motorcycle lie a hundredth off
        assert len(said) == 1 and "are not rectified" in said[0]
        off = float(said[0].partition("lie ")[2].partition(" px")[0])
        assert off == pytest.approx(float(name.split()[1]), abs=0.15)
    else:
        assert any(name in each for each in said), said


def mosaic(picture: np.ndarray) -> np.ndarray:
    """Behind RGGB filters, as gray."""
    raw = picture[..., 1].copy()
    raw[::2, ::2], raw[1::2, 1::2] = picture[::2, ::2, 0], picture[1::2, 1::2, 2]
    return np.repeat(raw[..., None], 3, axis=2)


def test_a_raw_mosaic_is_no_gray_picture(pair: StereoPair) -> None:
    raw = faults(views(mosaic(pair.left), mosaic(pair.right)), GOOD, LARGEST)
    assert len(raw) == 1 and "raw mosaic of a colour camera" in raw[0]
    gray = [np.repeat(view[..., 1:2], 3, axis=2) for view in (pair.left, pair.right)]
    assert faults(views(*gray), GOOD, LARGEST) == []


def test_turned_views_are_not_rectified(pair: StereoPair) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rows, columns = pair.size
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), 0.5, 1)
    said = faults(views(pair.left, cv2.warpAffine(pair.right, turn, (columns, rows))), GOOD, 94)
    assert len(said) == 1 and "are not rectified" in said[0]


def test_two_scenes_share_no_points(made_up: SyntheticPairs) -> None:
    strangers = views(made_up[0].left, made_up[1].right)
    assert len(find_matches(strangers.left, strangers.right)) < 8
    assert "agree on only 9 %" in faults(strangers, 9.0, LARGEST)[0]
    assert faults(strangers, GOOD, LARGEST) == []  # who agrees is believed


@pytest.mark.parametrize("size", [(1, 1), (8, 40), (9, 9), (12, 300), (40, 8)])
def test_small_and_flat_views_have_few_points_and_do_not_fail(size: tuple[int, int]) -> None:
    flat = np.full((*size, 3), 7, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert len(find_matches(flat, noise)) == 0
    find_matches(noise, noise)


class Shift:
    """A network that sees `px` everywhere, from pictures of at least 4 rows."""

    graph = SimpleNamespace(largest_disparity=LARGEST)

    def __init__(self, px: float) -> None:
        self.px, self.rows = px, []

    def disparity_px(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        self.rows.append(left.shape[0])
        return np.full(left.shape[:2], self.px, np.float32)


def test_the_middle_rows_are_enough(pair: StereoPair) -> None:
    backend = Shift(10)
    verdict = judge(backend, pair, np.full(pair.size, 10, np.float32))
    assert (verdict.agreement, verdict.faults) == (100, []) and backend.rows == [128]
    whole = disagreement(np.full(pair.size, 12.0), right_disparity(backend, pair.left, pair.right))
    assert judge(backend, pair, np.full(pair.size, 12.0), whole).agreement == 0
    assert agreement(whole) == 0


def test_real_pairs(shared: Path) -> None:
    """One of each camera: nothing is said of it, and of its broken versions the right thing."""
    for name in ("kitti2015", "eth3d", "middlebury2003"):
        each = open_dataset(name, shared / "data" / name)[0]
        each = replace(each, disparity=None, valid=None, visible=None, disparity_right=None,
                       valid_right=None, visible_right=None)  # fmt: skip
        assert faults(each, GOOD, LARGEST) == []
        for fault in ("are swapped", "as in one picture twice", "lie 7.0 px off their row"):
            key = "are not rectified" if fault.startswith("lie") else fault
            assert key in faults(broken(each)[fault], GOOD, LARGEST)[0], (name, fault)
