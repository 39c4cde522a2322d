"""What a run leaves for TensorBoard, and the table at its end."""

from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fdscs.evaluation.metrics import Metrics
from fdscs.evaluation.pictures import KITTI_ERROR_COLOURS, colour_error
from fdscs.model.config import Config, Training
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.training.float_run import train_float
from fdscs.training.report import PhaseReport, read_report, table_of_phases
from fdscs.training.run import Data
from tests.tiny import TINY

TRAINING = Training(
    crop=(64, 96), batch=2, float_steps=5, max_scale=1.2, validate_every=2, population_batches=2
)
CONFIG = Config(TINY.architecture, TINY.precision, TRAINING)


@pytest.fixture(scope="module")
def events(pairs: SyntheticPairs, tmp_path_factory: pytest.TempPathFactory) -> EventAccumulator:
    folder = tmp_path_factory.mktemp("run")
    train_float(CONFIG, Data(pairs, pairs), folder)
    found = EventAccumulator(str(folder / "log" / "float"), size_guidance={"images": 0})
    return found.Reload()


def test_scalars_of_every_step(events: EventAccumulator) -> None:
    for name in ("train/loss", "train/epe_px", "train/learning_rate"):
        found = events.Scalars(name)
        assert [each.step for each in found] == [0, 1, 2, 3, 4], name
        assert all(np.isfinite(each.value) and each.value > 0 for each in found), name


def test_all_metrics_of_every_validation(events: EventAccumulator) -> None:
    for name in ("epe_px", "d1_percent", "bad1_percent", "bad2_percent", "bad3_percent"):
        assert [each.step for each in events.Scalars(f"validation/{name}")] == [2, 4, 5]
    bad = [events.Scalars(f"validation/bad{k}_percent")[-1].value for k in (1, 2, 3)]
    assert 100 >= bad[0] >= bad[1] >= bad[2] > 0


def test_pictures_of_the_first_pairs(events: EventAccumulator, pairs: SyntheticPairs) -> None:
    names = {f"{id_}/{kind}" for id_ in pairs.ids() for kind in ("disparity", "truth", "error")}
    assert set(events.Tags()["images"]) == names
    pictures = []
    for id_ in pairs.ids():
        found = events.Images(f"{id_}/error")
        assert [each.step for each in found] == [2, 4, 5]
        image = Image.open(BytesIO(found[-1].encoded_image_string)).convert("RGB")
        pictures.append(np.array(image))
        assert pictures[-1].shape == (64, 96, 3)
    colours = {tuple(map(int, colour)) for colour in np.array(pictures).reshape(-1, 3)}
    assert colours <= set(KITTI_ERROR_COLOURS), "the ground truth is dense, so nothing is black"
    red = np.mean([picture[..., 0] > picture[..., 2] for picture in pictures])
    assert 100 * red == pytest.approx(events.Scalars("validation/d1_percent")[-1].value, abs=1e-3)


def test_error_colours_by_hand() -> None:
    """Errors of 3 px or 5 % make the border between blue and red, whichever is larger."""
    truth = np.array([[10, 10, 10, 10, 100, 100, 0, 10, 10]], np.float32)
    error = np.array([[0, 0.18, 2.9, 3.1, 4.9, 5.1, 3, 47, 60]], np.float32)
    picture = colour_error(truth + error, truth, truth > 0)[0]
    bins = [0, 0, 4, 5, 4, 5, None, 8, 9]
    expected = [(0, 0, 0) if each is None else KITTI_ERROR_COLOURS[each] for each in bins]
    assert [tuple(map(int, colour)) for colour in picture] == expected


def test_red_is_what_d1_counts() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(1, 200, (50, 60)).astype(np.float32)
    disparity = truth + rng.normal(0, 6, truth.shape).astype(np.float32)
    error = np.abs(disparity.astype(np.float64) - truth)
    picture = colour_error(disparity, truth, truth > 0)
    red = picture[..., 0] > picture[..., 2]
    assert np.array_equal(red, (error > 3) & (error > 0.05 * truth))


def test_the_table_at_the_end() -> None:
    report = PhaseReport("float", 4000, 3725.2, Metrics(1.2345, 5, 20, 9.5, 6.25))
    assert read_report(report.to_json()) == report
    console = Console(width=80, record=True, file=StringIO())
    console.print(table_of_phases([report, replace(report, name="quantised")]))
    rows = [line.split("│")[1:-1] for line in console.export_text().splitlines() if "│" in line]
    cells = [[cell.strip() for cell in row] for row in rows]
    assert cells[0] == ["float", "4,000", "1:02:05", "1.07", "1.234", "5.00", "20.0/9.5/6.2"]
    assert cells[1][0] == "quantised"


def test_nothing_is_left_half_written(tmp_path: Path, pairs: SyntheticPairs) -> None:
    (tmp_path / ".training-abcdefgh.safetensors").write_bytes(b"half")
    train_float(CONFIG, Data(pairs, pairs), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "float.safetensors", "unfolded.safetensors", "summary.json", "log",
    }  # fmt: skip
