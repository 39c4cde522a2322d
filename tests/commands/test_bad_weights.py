"""Checkpoints, published weights and configurations that cannot be used."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from fdscs.storage.checkpoint import load_checkpoint, save_checkpoint

Refused = Callable[..., str]
Arrays = dict[str, np.ndarray]
DAMAGED = "not a checkpoint of this program, or damaged"


def nan(arrays: Arrays) -> None:
    arrays["out_b"] = np.full_like(arrays["out_b"], np.nan)


OFFICIAL: dict[str, tuple[Callable[[Arrays], object], str]] = {
    "transposed": (
        lambda a: a.update(enc0_w=a["enc0_w"].transpose(0, 1, 3, 2)),
        "enc0_w has shape (1, 1, 192, 384), the network needs (1, 1, 384, 192)",
    ),
    "missing": (lambda a: a.pop("out_b"), "out_b is missing"),
    "unknown": (lambda a: a.update(enc9_w=np.zeros(1)), "unknown tensor enc9_w (1 unknown in all)"),
    "NaN": (nan, "out_b holds values that are not finite"),
    "too large": (lambda a: a.update(out_b=np.array([1e300])), "out_b holds values that are not"),
    "text": (lambda a: a.update(out_b=np.array(["1"])), "out_b is <U1; real numbers must"),
    "objects": (lambda a: a.update(out_b=np.array([{}])), "not a readable .npz archive (Object"),
}


@pytest.mark.parametrize("case", OFFICIAL)
def test_import_official(refused: Refused, official: Arrays, tmp_path: Path, case: str) -> None:
    change, message = OFFICIAL[case]
    arrays = dict(official)
    change(arrays)
    weights, output = tmp_path / "w.npz", tmp_path / "out" / "float.safetensors"
    np.savez(weights, **arrays)  # type: ignore[arg-type]
    said = refused("import-official", weights, "-o", output, output=output)
    assert said.startswith(f"{weights}: {message}")


@pytest.mark.parametrize("case", ["missing", "pickle", "torch", "text"])
def test_import_official_of_something_else(refused: Refused, tmp_path: Path, case: str) -> None:
    weights, output = tmp_path / "weights.pt", tmp_path / "out" / "float.safetensors"
    if case == "pickle":
        weights.write_bytes(pickle.dumps({"enc0_w": 1}))
    elif case == "torch":
        torch.save({"enc0_w": torch.zeros(1)}, weights)
    elif case == "text":
        weights.write_text("weights")
    said = refused("import-official", weights, "-o", output, output=output)
    assert said.startswith(f"{weights}: ")
    reasons = {
        "missing": "no such file",
        "torch": "enc0_w has shape (1,), the network needs",  # it is read
        "pickle": "is a PyTorch file that holds more than tensors, or is damaged",
    }
    assert reasons.get(case, "not a readable") in said


def test_a_raw_checkpoint_is_refused_or_folded(
    refused: Refused, made: Refused, official: Arrays, tmp_path: Path
) -> None:
    weights, output = tmp_path / "w.npz", tmp_path / "out" / "float.safetensors"
    raw = official | {"enc1_w": 3 * official["enc1_w"]}
    np.savez(weights, **raw)  # type: ignore[arg-type]
    said = refused("import-official", weights, "-o", output, output=output)
    assert said.startswith(f"{weights}: its batch norms are not folded (the outputs of enc1")
    made("import-official", weights, "-o", output, "--dataset", "motorcycle")
    provenance = load_checkpoint(output, "float").header["provenance"]
    assert provenance["folded_on"] == "motorcycle" and provenance["pairs"] == 1


def commands_on(checkpoint: Path, dataset: Path, output: Path) -> dict[str, tuple[object, ...]]:
    """Every command that reads a checkpoint, on `checkpoint`."""
    data = ("--dataset", "folder", "--root", dataset)
    left = dataset / "left" / "000000.png"
    return {
        "calibrate": ("calibrate", "--checkpoint", checkpoint, *data, "-o", output),
        "qat": ("qat", "--checkpoint", checkpoint, *data, "--steps", 1, "-o", output),
        "export": ("export", "--checkpoint", checkpoint, "-o", output),
        "predict": (
            "predict", "--checkpoint", checkpoint, "--left", left, "--right", left, "-o", output,
        ),
        "evaluate": ("evaluate", "--checkpoint", checkpoint, *data, "--json", output),
    }  # fmt: skip


@pytest.mark.parametrize("command", ["calibrate", "qat", "export", "predict", "evaluate"])
@pytest.mark.parametrize("case", ["missing", "garbage", "pickle", "torch", "foreign"])
def test_no_checkpoint(
    refused: Refused, dataset: Path, tmp_path: Path, command: str, case: str
) -> None:
    path, output = tmp_path / "c.pt", tmp_path / "out" / "result.npy"
    if case == "garbage":
        path.write_bytes(np.random.default_rng(0).bytes(5000))
    elif case == "pickle":
        path.write_bytes(pickle.dumps({"out.weight": 1}))
    elif case == "torch":
        torch.save({"out.weight": torch.zeros(1)}, path)
    elif case == "foreign":
        save_file({"out.weight": np.zeros(1, np.float32)}, path)
    said = refused(*commands_on(path, dataset, output)[command], output=output)
    assert said.startswith(f"{path}: {'no such checkpoint' if case == 'missing' else DAMAGED}")
    assert case == "missing" or "make one with" in said


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.999])
def test_truncated_checkpoints(
    refused: Refused, float_file: Path, quantised_file: Path, dataset: Path, tmp_path: Path,
    share: float,
) -> None:  # fmt: skip
    for source, command in ((float_file, "calibrate"), (quantised_file, "export")):
        content = source.read_bytes()
        path, output = tmp_path / source.name, tmp_path / "out" / "result.npy"
        path.write_bytes(content[: int(share * len(content))])
        said = refused(*commands_on(path, dataset, output)[command], output=output)
        assert said.startswith(f"{path}: {DAMAGED}")


def test_the_wrong_kind(
    refused: Refused, quantised_file: Path, dataset: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "result.npy"
    said = refused(*commands_on(quantised_file, dataset, output)["calibrate"], output=output)
    message = "a quantised checkpoint, where a float one is needed; give that."
    assert said == f"{quantised_file}: {message}"


@pytest.mark.parametrize(
    ("kind", "backend", "message"),
    [
        ("float", "reference", "a float checkpoint; calibrate it before running reference"),
        ("quantised", "float", "for float take a float checkpoint"),
        ("quantised", "qonnx", "for qonnx export it first"),
        ("quantised", "onnxruntime", "for onnxruntime export it first"),
    ],
)
def test_a_backend_that_a_checkpoint_has_not(
    refused: Refused, float_file: Path, quantised_file: Path, dataset: Path, tmp_path: Path,
    kind: str, backend: str, message: str,
) -> None:  # fmt: skip
    path = {"float": float_file, "quantised": quantised_file}[kind]
    output = tmp_path / "out" / "d.png"
    command = commands_on(path, dataset, output)["predict"]
    said = refused(*command, "--backend", backend, output=output)
    assert said.startswith(f"{path}: ") and message in said


Tensors = dict[str, np.ndarray]
CHANGED: dict[str, tuple[str, Callable[[Tensors], object], str]] = {
    "float NaN": ("float", lambda t: t["out.weight"].fill(np.nan), "out.weight holds values"),
    "missing": ("quantised", lambda t: t.pop("out.bias"), "out.bias is missing"),
    "shape": ("quantised", lambda t: t.update({"out.bias": t["out.bias"][:0]}), "out.bias has"),
    "type": (
        "quantised",
        lambda t: t.update({"out.bias": t["out.bias"].astype(np.float64)}),
        "out.bias is float64, expected float32",
    ),
    "steps": (
        "quantised",
        lambda t: t["enc0_relu.frac"].fill(65),
        "enc0_relu.frac has fraction bits outside -64 to 64",
    ),
}


@pytest.mark.parametrize("case", CHANGED)
def test_changed_tensors(
    refused: Refused, float_file: Path, quantised_file: Path, dataset: Path, tmp_path: Path,
    case: str,
) -> None:  # fmt: skip
    kind, change, message = CHANGED[case]
    source = {"float": float_file, "quantised": quantised_file}[kind]
    found = load_checkpoint(source, kind)
    tensors = {name: array.copy() for name, array in found.tensors.items()}
    change(tensors)
    path, output = tmp_path / "c.safetensors", tmp_path / "out" / "result.npy"
    save_checkpoint(path, kind, tensors, {"config": found.header["config"]})
    said = refused(*commands_on(path, dataset, output)["predict"], output=output)
    assert said.startswith(f"{path}: {message}")


def test_a_header_without_configuration(
    refused: Refused, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    path, output = tmp_path / "c.safetensors", tmp_path / "out" / "result.npy"
    save_checkpoint(path, "float", load_checkpoint(float_file, "float").tensors, {})
    said = refused(*commands_on(path, dataset, output)["predict"], output=output)
    assert said.startswith(f"{path}: configuration: ")


def test_a_quantised_checkpoint_without_provenance_can_be_exported(
    made: Refused, quantised_file: Path, tmp_path: Path
) -> None:
    found = load_checkpoint(quantised_file, "quantised")
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, "quantised", found.tensors, {"config": found.header["config"]})
    made("export", "--checkpoint", path, "-o", tmp_path / "build", "--size", "32x32")


CONFIGURATIONS = {
    "unknown key": ("[training]\n", "[training]\nstep = 3\n", "training.step: Unexpected"),
    "wrong type": ("batch = 2", 'batch = "two"', "training.batch: "),
    "no such layer": ("weights = {}", "weights = { u9 = 8 }", "gives bits for u9, which"),
    "out of range": ("weights = {}", "weights = { out = 17 }", "weights have 2 to 16 bits"),
    "another network": ("disparities = 8", "disparities = 9", "its architecture is not the"),
    "not TOML": (
        "[training]",
        "[training",
        "neither a configuration (paper, lite, ",
    ),
}


@pytest.mark.parametrize("command", ["calibrate", "qat"])
@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_configurations(
    refused: Refused, float_file: Path, dataset: Path, config_file: Path, tmp_path: Path,
    case: str, command: str,
) -> None:  # fmt: skip
    old, new, message = CONFIGURATIONS[case]
    config, output = tmp_path / "c.toml", tmp_path / "out" / "result.npy"
    assert old in config_file.read_text()
    config.write_text(config_file.read_text().replace(old, new))
    given = commands_on(float_file, dataset, output)[command]
    said = refused(*given, "--config", config, output=output)
    assert said.startswith(f"{config}: ") and message in said
