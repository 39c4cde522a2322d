"""Training from a checkpoint and from nothing, interrupted and resumed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fdscs.storage.checkpoint import load_checkpoint, save_checkpoint
from fdscs.training import loop

STEPS = 5  # a state is saved after every second

Run = Callable[..., object]


@pytest.fixture(scope="module")
def options(float_file: Path, dataset: Path, config_file: Path) -> tuple[object, ...]:
    return (
        "qat", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
        "--config", config_file,
    )  # fmt: skip


@pytest.fixture(scope="module")
def uninterrupted(
    made: Run, options: tuple[object, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a run that was left in peace."""
    folder = tmp_path_factory.mktemp("run")
    made(*options, "--steps", STEPS, "-o", folder)
    return folder


@pytest.fixture
def interrupted(
    fdscs: Run, options: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of a run that Ctrl-C ended after three steps."""
    calls = []
    step = loop.train_step

    def stop_at_the_fourth(*args: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return step(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "train_step", stop_at_the_fourth)
    status, _, err = fdscs(*options, "--steps", STEPS, "-o", tmp_path / "run")  # type: ignore[misc]
    assert status == 130
    said = err.splitlines()[-1]
    assert said.startswith(f"fdscs: interrupted at step 3 of {STEPS}, quantised; go on with `fdscs")
    assert said.endswith(f"-o {tmp_path / 'run'} --resume`.")
    monkeypatch.undo()
    return tmp_path / "run"


def test_from_a_float_checkpoint(uninterrupted: Path) -> None:
    files = {path.name for path in uninterrupted.iterdir()}
    assert files == {"quant.safetensors", "summary.json", "log"}
    summary = json.loads((uninterrupted / "summary.json").read_text())
    found = load_checkpoint(uninterrupted / "quant.safetensors", "quantised")
    assert found.header["config"] == summary["config"]
    assert summary["config"]["training"]["steps"] == STEPS
    assert summary["validation"]["epe"] > 0 and summary["dataset"]["name"] == "folder"


def test_training_changes_the_weights(uninterrupted: Path, quantised_file: Path) -> None:
    trained, before = (
        load_checkpoint(path, "quantised").tensors["out.weight"]
        for path in (uninterrupted / "quant.safetensors", quantised_file)
    )
    assert (trained != before).any()


def test_from_a_quantised_checkpoint(
    made: Run, options: tuple[object, ...], quantised_file: Path, tmp_path: Path
) -> None:
    changed = [quantised_file if str(each).endswith("float.safetensors") else each
               for each in options]  # fmt: skip
    made(*changed, "--steps", 1, "-o", tmp_path / "run")
    load_checkpoint(tmp_path / "run" / "quant.safetensors", "quantised")


def test_from_nothing(made: Run, dataset: Path, config_file: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    counts = "steps = 2\nfloat_steps = 4\npopulation_batches = 2\n"
    config.write_text(config_file.read_text() + counts)
    options = ("--dataset", "folder", "--root", dataset, "--config", config, "--steps", 1)
    printed = str(made("qat", *options, "-o", tmp_path / "run"))
    found = load_checkpoint(tmp_path / "run" / "float.safetensors", "float")
    assert found.header["config"]["training"]["float_steps"] == 2, "not in proportion"
    load_checkpoint(tmp_path / "run" / "quant.safetensors", "quantised")
    rows = [line.split("│")[1:3] for line in printed.splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row] for row in rows] == [["float", "2"], ["quantised", "1"]]


def test_resuming_gives_the_bytes_of_an_uninterrupted_run(
    made: Run, options: tuple[object, ...], interrupted: Path, uninterrupted: Path
) -> None:
    assert load_checkpoint(interrupted / "training.safetensors", "training").header["step"] == 3
    assert not (interrupted / "quant.safetensors").exists()
    made(*options, "--steps", STEPS, "-o", interrupted, "--resume")
    for name in ("quant.safetensors", "summary.json"):
        assert (interrupted / name).read_bytes() == (uninterrupted / name).read_bytes()
    assert {path.name for path in interrupted.iterdir()} == {
        "quant.safetensors", "summary.json", "log",
    }  # fmt: skip


def test_a_state_from_before_there_were_recipes_is_gone_on_with(
    made: Run, options: tuple[object, ...], interrupted: Path, uninterrupted: Path
) -> None:
    file = interrupted / "training.safetensors"
    state = load_checkpoint(file, "training")
    header = {key: state.header[key] for key in ("config", "dataset", "phase", "step")}
    del header["config"]["data"]
    for name in ("unit", "order", "float_rates", "optimiser", "largest_gradient", "mirror",
                 "population_batches"):  # fmt: skip
        del header["config"]["training"][name]
    save_checkpoint(file, "training", state.tensors, header)
    made(*options, "--steps", STEPS, "-o", interrupted, "--resume")
    result = "quant.safetensors"
    assert (interrupted / result).read_bytes() == (uninterrupted / result).read_bytes()


def test_an_unfinished_run_is_neither_overwritten_nor_mixed_up(
    refused: Run, options: tuple[object, ...], dataset: Path, interrupted: Path
) -> None:
    state = (interrupted / "training.safetensors").read_bytes()
    output = ("-o", interrupted)
    message = str(refused(*options, "--steps", STEPS, *output))
    assert message.startswith(f"{interrupted}: holds an unfinished run; add --resume")
    message = str(refused(*options, "--steps", STEPS + 1, *output, "--resume"))
    assert f"{interrupted}: was started with another configuration" in message
    elsewhere = [each if each != "folder" else "synthetic" for each in options]
    elsewhere = [each for each in elsewhere if each not in ("--root", dataset)]
    message = str(refused(*elsewhere, "--steps", STEPS, *output, "--resume"))
    assert f"{interrupted}: was started with another configuration or data set" in message
    assert (interrupted / "training.safetensors").read_bytes() == state


def test_restart_removes_that_run_and_nothing_else(
    made: Run, refused: Run, options: tuple[object, ...], interrupted: Path, uninterrupted: Path
) -> None:
    (interrupted / "notes.txt").write_text("mine")
    (interrupted / "float.safetensors").write_text("of a run of `fdscs train`")
    output = ("--steps", STEPS, "-o", interrupted)
    both = str(refused(*options, *output, "--resume", "--restart"))
    assert both.startswith("--resume goes on with the run that --restart removes")
    made(*options, *output, "--restart")
    result = interrupted / "quant.safetensors"
    assert result.read_bytes() == (uninterrupted / "quant.safetensors").read_bytes()
    assert (interrupted / "notes.txt").read_text() == "mine"
    assert (interrupted / "float.safetensors").read_text() == "of a run of `fdscs train`"
    again = str(refused(*options, *output))
    assert again.startswith(f"{interrupted}: the run has ended; its result is quant.safetensors")
    kept = str(refused(*_with_checkpoint(options, result), *output, "--restart"))
    assert kept.startswith(f"{result}: belongs to the run that --restart removes")
    assert result.is_file()


def _with_checkpoint(options: tuple[object, ...], checkpoint: Path) -> list[object]:
    words = list(options)
    words[words.index("--checkpoint") + 1] = checkpoint
    return words


@pytest.mark.parametrize("keep", [0, 100, -1])
def test_a_damaged_state_is_refused(
    refused: Run, options: tuple[object, ...], interrupted: Path, keep: int
) -> None:
    state = interrupted / "training.safetensors"
    state.write_bytes(state.read_bytes()[:keep])
    message = str(refused(*options, "--steps", STEPS, "-o", interrupted, "--resume"))
    assert message.startswith(f"{state}: not a checkpoint of this program, or damaged")


@pytest.mark.parametrize("pair", ["000000", "000001"])
def test_pairs_without_ground_truth(
    refused: Run, options: tuple[object, ...], dataset: Path, tmp_path: Path, pair: str
) -> None:
    """The first pair is validated on, the second trained on."""
    root = shutil.copytree(dataset, tmp_path / "pairs")
    (root / "disparity" / f"{pair}.pfm").unlink()
    given = [root if each == dataset else each for each in options]
    message = str(refused(*given, "--steps", 1, "--list", "000000,000001", "-o", tmp_path / "run"))
    assert message.startswith(f"{pair}: has no ground truth")
    assert not (tmp_path / "run" / "quant.safetensors").exists()


def test_one_pair_is_too_few(refused: Run, options: tuple[object, ...], tmp_path: Path) -> None:
    message = str(refused(*options, "--limit", 1, "-o", tmp_path / "run"))
    assert message == "folder: 1 pairs; give two at least, one to validate on."


def test_a_crop_larger_than_the_pairs(
    refused: Run, options: tuple[object, ...], config_file: Path, tmp_path: Path
) -> None:
    config = tmp_path / "c.toml"
    config.write_text(config_file.read_text().replace("[64, 64]", "[64, 640]"))
    given = [config if each == config_file else each for each in options]
    message = str(refused(*given, "--steps", 1, "-o", tmp_path / "run"))
    assert "too small for a crop of 64x640" in message and "choose a smaller crop" in message
