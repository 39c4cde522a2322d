"""Every recipe, for a few steps: on small trees in the real layouts, and on real pairs."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fdscs.model.config_file import FOLDER, read_config
from fdscs.stereo_datasets.images import write_kitti_disparity, write_pfm
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.training import loop
from tests.commands.conftest import TOML

SIZE = (80, 160)
Run = Callable[..., str]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FlyingThings3D, Monkaa, Driving, KITTI 2012 and 2015, a few pairs each."""
    root = tmp_path_factory.mktemp("trees")
    pairs = iter(SyntheticPairs(40, SIZE, max_disparity=14))
    for index in range(4):
        flying = root / "flyingthings3d"
        save_sceneflow(flying, f"TRAIN/A/{index:04}", "0006", next(pairs))
        save_sceneflow(flying, f"TEST/A/{index:04}", "0006", next(pairs))
        save_sceneflow(root / "monkaa", f"eating_x{index}", "0000", next(pairs))
        save_sceneflow(root / "driving", "15mm_focallength/scene_forwards/fast", f"{index:04}",
                       next(pairs))  # fmt: skip
        layouts = ("image_0", "image_1", "disp_occ"), ("image_2", "image_3", "disp_occ_0")
        for name, layout in zip(("kitti2012", "kitti2015"), layouts, strict=True):
            save_kitti(root / name / "training", layout, f"{index:06}_10.png", next(pairs))
    return root


def save_sceneflow(root: Path, sequence: str, frame: str, pair: StereoPair) -> None:
    truths = {"left": pair.disparity, "right": pair.disparity_right}
    for view, picture in (("left", pair.left), ("right", pair.right)):
        folder = root / "frames_finalpass" / sequence / view
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / f"{frame}.png")
        truth = root / "disparity" / sequence / view
        truth.mkdir(parents=True, exist_ok=True)
        disparity = truths[view]
        assert disparity is not None
        write_pfm(truth / f"{frame}.pfm", disparity)


def save_kitti(root: Path, layout: tuple[str, str, str], frame: str, pair: StereoPair) -> None:
    left, right, truth = (root / name for name in layout)
    gray = layout[0] == "image_0"
    for folder, picture in ((left, pair.left), (right, pair.right)):
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture[..., 0] if gray else picture).save(folder / frame)
    truth.mkdir(parents=True, exist_ok=True)
    assert pair.disparity is not None
    rows = np.arange(SIZE[0])[:, None]
    write_kitti_disparity(truth / frame, np.where(rows > 20, pair.disparity, 0))


def reduced(name: str, folder: Path, crop: str = "[64, 96]", network: str = TOML) -> Path:
    """The recipe for a tiny network and crop, and two batches for the statistics."""
    text = (FOLDER / f"{name}.toml").read_text()
    sections = network[: network.index("[training]")]
    text, count = re.subn(r"crop = \[.*\]", f"crop = {crop}", text)
    assert count == 1
    text = text.replace("population_batches = 500", "population_batches = 2")
    path = folder / f"{name}.toml"
    path.write_text(text.replace("[training]", sections + "[training]"))
    return path


ROOTS = {
    "authors-sceneflow": ("flyingthings3d",),
    "authors-kitti": ("kitti2012", "kitti2015"),
    "authors-qat": ("kitti2012", "kitti2015"),
    "reproduction-sceneflow": ("flyingthings3d", "monkaa", "driving"),
    "reproduction-kitti": ("kitti2015",),
    "reproduction-qat": ("kitti2015",),
}


def roots(name: str, trees: Path) -> list[object]:
    return [each for root in ROOTS[name] for each in ("--root", trees / root)]


@pytest.mark.parametrize("family", ["authors", "reproduction"])
def test_from_nothing_to_eight_bits(made: Run, trees: Path, tmp_path: Path, family: str) -> None:
    """Pre-training, fine-tuning and quantisation, each from what the one before left."""
    checkpoint: list[object] = []
    for stage in ("sceneflow", "kitti"):
        name = f"{family}-{stage}"
        options = ("--config", reduced(name, tmp_path), *roots(name, trees), *checkpoint)
        printed = made("train", *options, "--steps", 6, "-o", tmp_path / stage)
        assert "float │ 6 " in printed and "bad-1/2/3, %" in printed
        checkpoint = ["--checkpoint", tmp_path / stage / "unfolded.safetensors"]
    tuned = load_checkpoint(tmp_path / "kitti" / "float.safetensors", "float")
    training = tuned.header["config"]["training"]
    assert training["float_steps"] == 6 and len(training["float_rates"]) == 3
    assert training["float_rates"][-1][1] == 1e-6
    name = f"{family}-qat"
    options = ("--config", reduced(name, tmp_path), *roots(name, trees))
    checkpoint = ["--checkpoint", tmp_path / "kitti" / "float.safetensors"]
    made("qat", *options, *checkpoint, "--steps", 2, "-o", tmp_path / "qat")
    load_checkpoint(tmp_path / "qat" / "quant.safetensors", "quantised")


def test_a_folded_checkpoint_is_trained_on_without_batch_norms(
    made: Run,
    trees: Path,
    tmp_path: Path,
) -> None:
    name = "reproduction-kitti"
    options = ("--config", reduced(name, tmp_path), *roots(name, trees), "--steps", 2)
    made("train", *options, "-o", tmp_path / "first")
    start = tmp_path / "first" / "float.safetensors"
    made("train", *options, "--checkpoint", start, "-o", tmp_path / "second")
    unfolded = load_checkpoint(tmp_path / "first" / "unfolded.safetensors", "unfolded")
    assert any("running_mean" in name for name in unfolded.tensors)


def test_lists_that_the_user_names(made: Run, trees: Path, tmp_path: Path) -> None:
    """Lists as the reproduction has them: left, right and disparity on each line."""
    tree = trees / "kitti2015" / "training"
    parts = ("image_2", "image_3", "disp_occ_0")
    for name, numbers in (("train", (0, 1, 2)), ("validation", (3,))):
        lines = [
            " ".join(f"{tree}/{part}/{number:06}_10.png" for part in parts)
            for number in numbers
        ]  # fmt: skip
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n")
    path = reduced("reproduction-kitti", tmp_path)
    sources = "".join(
        f'[[data.{name}]]\ndataset = "list"\nroot = "{tmp_path}/{name}.txt"\n\n'
        for name in ("train", "validation")
    )
    path.write_text(path.read_text().replace('[[data.train]]\ndataset = "kitti2015"\n\n', sources))
    printed = made("train", "--config", path, "--steps", 2, "-o", tmp_path / "run")
    assert "on 1 pairs of list" in printed


def test_ids_that_the_user_names(made: Run, trees: Path, tmp_path: Path) -> None:
    (tmp_path / "validation.txt").write_text("000003\n000001\n")
    path = reduced("reproduction-kitti", tmp_path)
    named = '[[data.train]]\ndataset = "kitti2015"\n'
    sources = (
        f'{named}ids = "000000,000002"\n[[data.validation]]\ndataset = "kitti2015"\n'
        f'ids = "{tmp_path}/validation.txt"\nlimit = 1\n'
    )
    path.write_text(path.read_text().replace(named, sources))
    run = tmp_path / "run"
    made("train", "--config", path, "--root", trees / "kitti2015", "--steps", 2, "-o", run)
    events = EventAccumulator(str(run / "log" / "float")).Reload()
    assert {tag.split("/")[0] for tag in events.Tags()["images"]} == {"000003"}


def test_what_a_recipe_needs_is_said(refused: Run, trees: Path, tmp_path: Path) -> None:
    path = reduced("authors-kitti", tmp_path)
    options = ("train", "--config", path, "-o", tmp_path / "run")
    message = refused(*options, "--root", trees / "kitti2012")
    assert message == (
        "1 --root given, 2 needed by the configuration: kitti2012, kitti2015, in this order."
    )
    message = refused(*options, *roots("authors-kitti", trees), "--limit", 3)
    assert message.startswith(
        "--list, --limit, --exclude and what is said of files go with --dataset"
    )
    message = refused("train", "--config", "lite", "-o", tmp_path / "run")
    assert message == "neither --dataset nor the configuration names pairs to train on; give one."
    path.write_text(path.read_text().replace('"kitti2012"', '"kitty"'))
    assert refused(*options).startswith("kitty: is no data set; choose one of kitti2015")


def test_another_checkpoint_is_another_run(
    made: Run,
    refused: Run,
    trees: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "reproduction-kitti"
    options = ("train", "--config", reduced(name, tmp_path), *roots(name, trees), "--steps", 3)
    made(*options, "-o", tmp_path / "first")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "measure_population", stop)
    fdscs_options = (*options, "-o", tmp_path / "second")
    with pytest.raises(AssertionError):
        made(*fdscs_options)
    monkeypatch.undo()
    checkpoint = tmp_path / "first" / "unfolded.safetensors"
    message = refused(*fdscs_options, "--resume", "--checkpoint", checkpoint)
    assert "was started with another configuration or data set" in message
    made(*fdscs_options, "--resume")


KITTI = ("kitti2012", "kitti2015")
REAL = {
    "authors-sceneflow": "sceneflow",
    "authors-kitti": "kitti2012 kitti2015",
    "reproduction-sceneflow": "sceneflow sceneflow sceneflow",
    "reproduction-kitti": "kitti2015",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_at_real_size(made: Run, shared: Path, tmp_path: Path, name: str) -> None:
    """`paper`, the recipe's own crop, real pairs; one step, and one image a batch."""
    real = tmp_path / "data"
    for part in ("frames_finalpass", "disparity"):  # the one pair, as one to train on and to test
        for split in ("TRAIN", "TEST"):
            shutil.copytree(shared / "data/sceneflow" / part / "TEST", real / part / split)
    folders = {"sceneflow": real, **{each: shared / "data" / each for each in KITTI}}
    crop = "[{}, {}]".format(*read_config(name).training.crop)
    path = reduced(name, tmp_path, crop, network="[training]")
    path.write_text(path.read_text().replace("batch = 4", "batch = 1"))
    given = [each for root in REAL[name].split() for each in ("--root", folders[root])]
    printed = made("train", "--config", path, *given, "--steps", 1, "-o", tmp_path / "run")
    assert "float │ 1 " in printed
    trained = load_checkpoint(tmp_path / "run" / "float.safetensors", "float")
    assert sum(tensor.size for tensor in trained.tensors.values()) == 946_289


@pytest.mark.slow
@pytest.mark.parametrize("name", ["authors-qat", "reproduction-qat"])
def test_quantised_at_real_size(made: Run, shared: Path, tmp_path: Path, name: str) -> None:
    """From the published weights."""
    weights = shared / "weights" / "fdscs_official_bn600k.npz"
    made("import-official", weights, "-o", tmp_path / "float.safetensors")
    crop = "[{}, {}]".format(*read_config(name).training.crop)
    path = reduced(name, tmp_path, crop, network="[training]")
    path.write_text(path.read_text().replace("batch = 4", "batch = 1"))
    given = [each for root in ROOTS[name] for each in ("--root", shared / "data" / root)]
    options = ("--config", path, *given, "--checkpoint", tmp_path / "float.safetensors")
    printed = made("qat", *options, "--steps", 1, "-o", tmp_path / "run")
    epe = float(re.findall(r"validation EPE (\S+) px", printed)[-1])
    assert epe < 1.5, "the published weights have 0.6 px, and one step may not ruin them"
