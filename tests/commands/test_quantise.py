"""From a float checkpoint and mixed data sets to a build whose loss is known."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fdscs.storage.checkpoint import load_checkpoint
from fdscs.training import loop
from tests.commands.conftest import TOML, Outcome

Made = Callable[..., str]
DISTILLED = TOML + "steps = 3\nimitation = 1.0\nfeatures = 1.0\nground_truth = 0.5\n"


@pytest.fixture(scope="module")
def mixture(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """Options that name two data sets: the folder, and the same files as a list."""
    names = sorted(path.name for path in (dataset / "left").iterdir())
    listed = tmp_path_factory.mktemp("list") / "pairs.txt"
    lines = [f"{dataset}/left/{name} {dataset}/right/{name}" for name in names]
    listed.write_text("\n".join(lines) + "\n")
    return "--dataset", "folder", "--root", dataset, "--dataset", "list", "--root", listed


@pytest.fixture(scope="module")
def built(
    made: Made, float_file: Path, dataset: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """A build, the pair that was kept from it, and what was printed."""
    folder = tmp_path_factory.mktemp("quantise")
    config = folder / "config.toml"
    config.write_text(DISTILLED)
    kept = sorted(path.stem for path in (dataset / "left").iterdir())[-1]
    out = made(
        "quantise", "--checkpoint", float_file, "--config", config, "--dataset", "folder",
        "--root", dataset, "--unseen", kept, "-o", folder / "build",
    )  # fmt: skip
    return folder / "build", kept, out


def test_a_build_and_its_loss(built: tuple[Path, str, str]) -> None:
    folder, kept, out = built
    row = json.loads((folder / "accuracy.json").read_text())
    assert row["pairs"] == [kept] and row["float"]["images"] == row["reference"]["images"] == 1
    assert row["minutes"] > 0 and 0 < row["bit_operations_percent"] < 110
    assert f"{row['reference']['epe']:.3f}" in out
    names = {path.name for path in folder.iterdir()}
    assert {"params.npz", "manifest.json", "fdscs.qonnx.onnx", "fdscs.qcdq.onnx"} <= names


def test_the_unseen_pair_is_kept_from_training(built: tuple[Path, str, str], dataset: Path) -> None:
    folder, _, _ = built
    summary = json.loads((folder / "run" / "summary.json").read_text())
    everything = len(list((dataset / "left").iterdir()))
    assert summary["dataset"]["name"] == "folder" and everything > 2
    header = load_checkpoint(folder / "quant.safetensors", "quantised").header
    assert header["provenance"]["dataset"] == summary["dataset"]
    assert not (folder / "run" / "teacher.safetensors").exists()


def test_the_build_is_bit_exact(built: tuple[Path, str, str], made: Made, dataset: Path) -> None:
    folder, kept, _ = built
    left, right = (next((dataset / view).glob(f"{kept}.*")) for view in ("left", "right"))
    out = made("check", folder, "--left", left, "--right", right, "--backend", "brevitas,qonnx")
    assert "equal: 0 mismatches" in out


def test_builds_are_tabulated(
    built: tuple[Path, str, str], made: Made, refused: Made, tmp_path: Path
) -> None:
    folder, _, _ = built
    out = made("tabulate", folder, folder, "-o", tmp_path / "plot.png")
    row = json.loads((folder / "accuracy.json").read_text())
    assert out.count(f"{row['reference']['d1']:.2f}") >= 2
    assert Image.open(tmp_path / "plot.png").size == (900, 540)
    row["pairs"] = ["another"]
    (tmp_path / "accuracy.json").write_text(json.dumps(row))
    assert "different pairs" in refused("tabulate", folder, tmp_path)
    (tmp_path / "accuracy.json").write_text("{}")
    assert "is not what `fdscs quantise` writes" in refused("tabulate", tmp_path)


def test_data_sets_are_mixed(
    made: Made, float_file: Path, config_file: Path, mixture: tuple[object, ...], tmp_path: Path
) -> None:
    output = tmp_path / "q.safetensors"
    made(
        "calibrate", "--checkpoint", float_file, "--config", config_file, *mixture, "--pairs", 2,
        "-o", output,
    )  # fmt: skip
    assert load_checkpoint(output, "quantised").header["provenance"]["dataset"] == "folder+list"


def test_a_root_for_each_data_set(
    refused: Made, float_file: Path, mixture: tuple[object, ...], tmp_path: Path
) -> None:
    output = tmp_path / "q.safetensors"
    said = refused(
        "calibrate", "--checkpoint", float_file, *mixture[:-2], "-o", output, output=output
    )
    assert said.startswith("1 --root given, 2 needed")


def test_an_unknown_id_is_refused(
    refused: Made, float_file: Path, mixture: tuple[object, ...], tmp_path: Path
) -> None:
    output = tmp_path / "q.safetensors"
    said = refused(
        "calibrate", "--checkpoint", float_file, *mixture, "--exclude", "folder/none", "-o", output,
        output=output,
    )  # fmt: skip
    assert said.startswith("folder/none: no such pair in folder, list")


def test_no_ground_truth_is_needed(
    made: Made, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    for view in ("left", "right"):
        shutil.copytree(dataset / view, tmp_path / "pairs" / view)
    config = tmp_path / "config.toml"
    config.write_text(DISTILLED)
    out = made(
        "qat", "--checkpoint", float_file, "--config", config, "--dataset", "folder", "--root",
        tmp_path / "pairs", "-o", tmp_path / "run",
    )  # fmt: skip
    assert "validation EPE" in out and (tmp_path / "run" / "quant.safetensors").is_file()


def test_distillation_needs_the_float_network(
    refused: Made, quantised_file: Path, dataset: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(DISTILLED)
    said = refused(
        "qat", "--checkpoint", quantised_file, "--config", config, "--dataset", "folder",
        "--root", dataset, "-o", tmp_path / "run",
    )  # fmt: skip
    assert "is quantised already" in said


def test_a_finished_run_is_measured_and_not_trained_again(
    made: Made, float_file: Path, dataset: Path, tmp_path: Path, built: tuple[Path, str, str]
) -> None:
    folder, kept, _ = built
    again = tmp_path / "build"
    shutil.copytree(folder, again)
    (again / "accuracy.json").unlink()
    made(
        "quantise", "--checkpoint", float_file, "--config", folder.parent / "config.toml",
        "--dataset", "folder", "--root", dataset, "--unseen", kept, "-o", again,
    )  # fmt: skip
    assert json.loads((again / "accuracy.json").read_text())["minutes"] is None
    rows = [json.loads((each / "accuracy.json").read_text()) for each in (folder, again)]
    assert rows[0]["reference"] == rows[1]["reference"]


def test_an_interrupted_run_ends_with_the_same_network(
    fdscs: Callable[..., Outcome], float_file: Path, dataset: Path, tmp_path: Path,
    built: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder, kept, _ = built
    step, calls = loop.train_step, []

    def stop_at_the_third(*args: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return step(*args)  # type: ignore[arg-type]

    options = (
        "quantise", "--checkpoint", float_file, "--config", folder.parent / "config.toml",
        "--dataset", "folder", "--root", dataset, "--unseen", kept, "-o", tmp_path / "again",
    )  # fmt: skip
    monkeypatch.setattr(loop, "train_step", stop_at_the_third)
    assert fdscs(*options).status == 130
    assert (tmp_path / "again" / "run" / "teacher.safetensors").is_file()
    monkeypatch.undo()
    assert fdscs(*options).status == 0
    files = [each / "run" / "quant.safetensors" for each in (folder, tmp_path / "again")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_folder_of_another_run_is_refused(
    refused: Made, float_file: Path, dataset: Path, config_file: Path, built: tuple[Path, str, str]
) -> None:
    folder, kept, _ = built
    said = refused(
        "quantise", "--checkpoint", float_file, "--config", config_file, "--dataset", "folder",
        "--root", dataset, "--unseen", kept, "-o", folder,
    )  # fmt: skip
    assert "holds a run of another configuration" in said


def test_the_loss_needs_pairs_with_ground_truth(
    refused: Made, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    for view in ("left", "right"):
        shutil.copytree(dataset / view, tmp_path / "pairs" / view)
    options = (
        "quantise", "--checkpoint", float_file, "--config", "w8", "--dataset", "folder", "--root",
        tmp_path / "pairs", "-o", tmp_path / "build", "--unseen",
    )  # fmt: skip
    assert "000001: has no ground truth" in refused(*options, "000001")
    assert "names no pairs" in refused(*options, "")
    assert not (tmp_path / "build").exists()
