"""The check, data sets and metrics, as a library."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fdscs
from fdscs.evaluation.metrics import measure
from fdscs.export.build import Build as Artefact
from fdscs.library import checks
from fdscs.library.build import Build
from fdscs.stereo_datasets.catalogue import DATASETS
from fdscs.stereo_datasets.synthetic import SyntheticPairs

RNG = np.random.default_rng(2)
NOISE = RNG.integers(0, 256, (24, 40, 3), dtype=np.uint8)
PAIR = fdscs.StereoPair("noise", NOISE, np.roll(NOISE, -3, axis=1))
FAST = ("brevitas", "onnxruntime")


@pytest.fixture(scope="module")
def build(tiny_build: Artefact) -> Build:
    return fdscs.load(tiny_build.folder)


def test_a_build_is_proved(build: Build) -> None:
    report = fdscs.check(build, [PAIR], FAST, corner_cases=False)
    assert report.passed and report.mismatches == 0 and report.cases == ["noise (24x40)"]
    assert report.layers["enc0"].backends == ["reference", *FAST]
    assert report.layers["enc0"].elements == 2 * 8 * 12 * 20
    assert not report.not_run


def test_a_data_set_is_a_sequence_of_pairs(build: Build, pairs: SyntheticPairs) -> None:
    report = fdscs.check(build, pairs, "brevitas", corner_cases=False)
    assert len(report.cases) == len(pairs) and report.passed


def test_a_wrong_bit_is_found(build: Build) -> None:
    params = dict(build.params)
    params["enc0.bias"] = params["enc0.bias"] + np.int32(1 << 8)
    wrong = Build(build.folder, build.graph, params, build.manifest)
    report = fdscs.check(wrong, [PAIR], ["brevitas"], corner_cases=False)
    assert not report.passed and report.first[0].layer == "enc0"
    assert str(report.first[0]).startswith("enc0: ")


def test_what_lacks_its_program_is_left_out_and_named(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        checks, "without_program", lambda name: "missing" if name in ("hls", "qonnx") else None
    )
    report = fdscs.check(build, [PAIR], corner_cases=False)
    assert report.not_run == {"hls": "missing", "qonnx": "missing"}
    assert report.layers["enc0"].backends == ["reference", *FAST] and report.passed


@pytest.mark.parametrize(
    ("given", "backends", "sentence"),
    [
        (PAIR, FAST, "pairs is a single pair; give a list of one: [pair]."),
        (
            [(NOISE, NOISE)],
            FAST,
            "pairs[0] is tuple; give fdscs.StereoPair(name, left, right), or a data set.",
        ),
        (
            [PAIR],
            ["hls", "reference"],
            "no back end called 'reference' is compared; choose of brevitas, qonnx, onnxruntime, "
            "hls, rtl, hls4ml.",
        ),
    ],
    ids=["a pair", "views", "back end"],
)
def test_what_cannot_be_checked(build: Build, given: Any, backends: Any, sentence: str) -> None:
    with pytest.raises(fdscs.BadInput) as error:
        fdscs.check(build, given, backends)
    assert str(error.value) == sentence


def test_data_sets_by_name(tmp_path: Path) -> None:
    assert list(fdscs.datasets()) == list(DATASETS)
    assert all(sentence.endswith(".") for sentence in fdscs.datasets().values())
    made = fdscs.open_dataset("synthetic", count=2, size=(48, 64), max_disparity=9, seed=1)
    assert len(made) == 2 and made[0].size == (48, 64)
    with pytest.raises(fdscs.BadInput, match="kitti2014: is no data set; choose one of kitti2015"):
        fdscs.open_dataset("kitti2014")
    with pytest.raises(fdscs.BadInput, match="is not a folder"):
        fdscs.open_dataset("folder", str(tmp_path / "missing"))


TRUTH = np.array([[10, 20, 0, 40], [10, 20, np.inf, 0]], np.float32)
FOUND = np.array([[11, 24, 9, 40], [10, 20.5, 9, np.nan]], np.float32)


def test_metrics_by_hand() -> None:
    made = fdscs.measure(FOUND, TRUTH)
    assert made == fdscs.Metrics(epe=1.1, d1=20.0, bad1=20.0, bad2=20.0, bad3=20.0)
    assert made == measure(FOUND, TRUTH, np.isfinite(TRUTH) & (TRUTH > 0))
    assert fdscs.measure(FOUND, TRUTH, TRUTH == 10).epe == 0.5


BAD = {
    "codes": (
        (np.ones((2, 4), np.uint16), TRUTH),
        "disparity is uint16; expected floats, in px: the codes of KITTI's files are 256 times "
        "that.",
    ),
    "a batch": (
        (FOUND[None], TRUTH),
        "disparity has the shape (1, 2, 4); expected (height, width).",
    ),
    "sizes": (
        (FOUND[:1], TRUTH),
        "disparity has the shape (1, 4) but truth (2, 4); maps that are compared must have the "
        "same.",
    ),
    "mask": (
        (FOUND, TRUTH, np.ones((2, 4), np.uint8)),
        "valid is uint8; a mask is bool: give valid > 0.",
    ),
    "mask's size": (
        (FOUND, TRUTH, TRUTH[:1] > 0),
        "valid has the shape (1, 4) but truth (2, 4); maps that are compared must have the same.",
    ),
    "NaN": (
        (FOUND, TRUTH + 1, TRUTH >= 0),
        "disparity is not finite in 1 valid pixels; leave them out of valid, or fill them.",
    ),
    "unknown truth": (
        (np.nan_to_num(FOUND), TRUTH, TRUTH > 0),
        "truth is not finite in 1 valid pixels; leave them out of valid, or fill them.",
    ),
    "no truth": ((FOUND, 0 * FOUND), "map: no pixel has ground truth; leave it out."),
}


@pytest.mark.parametrize("case", BAD)
def test_maps_that_cannot_be_measured(case: str) -> None:
    given, sentence = BAD[case]
    with pytest.raises(fdscs.BadInput) as error:
        fdscs.measure(*given)
    assert str(error.value) == sentence
