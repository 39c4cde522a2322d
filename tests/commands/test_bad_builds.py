"""Builds whose files do not belong together are refused, and `check` names the layer."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from fdscs.export.build import CHECKPOINT, MANIFEST, PARAMS, QCDQ, QONNX, array_digest

Refused = Callable[..., str]
MODELS = {QONNX: "qonnx", QCDQ: "onnxruntime"}


@pytest.fixture
def folder(build: Path, tmp_path: Path) -> Path:
    """A build that a test may damage."""
    return Path(shutil.copytree(build, tmp_path / "copy"))


@pytest.fixture
def refusals(refused: Refused, folder: Path, left: Path, right: Path, tmp_path: Path) -> Refused:
    """What predict and check say against the damaged build; neither may write anything."""

    def run(backend: str = "reference") -> list[str]:
        views, output = ("--left", left, "--right", right), tmp_path / "out" / "result.npy"
        return [
            refused("predict", folder, *views, "-o", output, "--backend", backend, output=output),
            refused("check", folder, *views, "--json", output, output=output),
        ]

    return run


def bias_plus_one(arrays: dict[str, np.ndarray]) -> None:
    arrays["out.bias"] = arrays["out.bias"] + np.int32(1)


PARAMETERS: dict[str, tuple[Callable[[dict[str, np.ndarray]], object], str]] = {
    "value": (bias_plus_one, "out.bias was changed after the export"),
    "removed": (lambda a: a.pop("out.bias"), "out.bias is missing, the graph needs (1,)"),
    "added": (lambda a: a.update(extra=np.zeros(1)), "extra belongs to no layer"),
    "shape": (lambda a: a.update({"out.bias": np.zeros(2)}), "out.bias is (2,), the graph needs"),
    "objects": (lambda a: a.update({"out.bias": np.array([{}])}), "not a readable .npz archive"),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_changed_parameters(refusals: Refused, folder: Path, case: str) -> None:
    change, message = PARAMETERS[case]
    with np.load(folder / PARAMS) as archive:
        arrays = dict(archive)
    change(arrays)
    np.savez(folder / PARAMS, **arrays)
    for said in refusals():
        assert said.startswith(str(folder / PARAMS)) and message in said


@pytest.mark.parametrize("case", ["truncated", "flipped", "missing", "empty"])
def test_damaged_parameters(refusals: Refused, folder: Path, case: str) -> None:
    path = folder / PARAMS
    content = bytearray(path.read_bytes())
    if case == "missing":
        path.unlink()
    elif case == "flipped":
        for at in np.random.default_rng(0).integers(0, len(content), 20):
            content[at] ^= 0xFF
        path.write_bytes(content)
    else:
        path.write_bytes(content[: len(content) // 2 if case == "truncated" else 0])
    for said in refusals():
        assert said.startswith(str(path))


def test_parameters_beyond_the_proved_widths(
    refused: Refused, folder: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    """Parameters and their hashes were changed together."""
    with np.load(folder / PARAMS) as archive:
        arrays = dict(archive)
    arrays["out.bias"] = np.full_like(arrays["out.bias"], 1 << 30)
    np.savez(folder / PARAMS, **arrays)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["parameters"]["out.bias"] = array_digest(arrays["out.bias"])
    (folder / MANIFEST).write_text(json.dumps(manifest))
    output = tmp_path / "out" / "d.png"
    said = refused("predict", folder, "--left", left, "--right", right, "-o", output, output=output)
    assert said.startswith("out: values from 107") and "export again" in said


Manifest = dict[str, Any]
MANIFESTS: dict[str, tuple[Callable[[Manifest], object], str]] = {
    "format": (lambda m: m.update(format="other"), "not a manifest of format fdscs-build/1"),
    "edited graph": (lambda m: m["graph"][-2]["format"].update(bits=13), "match its own hash"),
    "removed node": (lambda m: m["graph"].pop(3), "its graph is invalid"),
    "no graph": (lambda m: m.pop("graph"), "graph is missing"),
    "operation": (lambda m: m["graph"][0].update(op={}), "its graph is invalid"),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_changed_manifests(refusals: Refused, folder: Path, case: str) -> None:
    change, message = MANIFESTS[case]
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    for said in refusals():
        assert said.startswith(f"{folder / MANIFEST}: ") and message in said


@pytest.mark.parametrize("text", ["", "not JSON", "[" * 100_000])
def test_manifests_that_are_not_json(refusals: Refused, folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    for said in refusals():
        assert said == f"{folder / MANIFEST}: not readable as JSON; export again."


def test_a_folder_that_is_no_build(refusals: Refused, folder: Path) -> None:
    (folder / MANIFEST).unlink()
    for said in refusals():
        assert said.startswith(f"{folder}: not a build") and "fdscs export" in said


def test_a_build_without_its_checkpoint(
    refused: Refused, folder: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    (folder / CHECKPOINT).unlink()
    output = tmp_path / "out" / "c.json"
    said = refused("check", folder, "--left", left, "--right", right, "--json", output,
                   output=output)  # fmt: skip
    assert said.startswith(f"{folder / CHECKPOINT}: no such checkpoint file")


def remove_a_node(model: onnx.ModelProto) -> None:
    del model.graph.node[10]


def unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[10].op_type = "Nothing"
    model.graph.node[10].domain = ""


def outside(model: onnx.ModelProto) -> None:
    constant = next(each for each in model.graph.initializer if each.dims)
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="weights.bin")


@pytest.mark.parametrize("damage", [remove_a_node, unknown_operator, outside])
@pytest.mark.parametrize("name", MODELS)
def test_changed_models(
    refusals: Refused, folder: Path, name: str, damage: Callable[[onnx.ModelProto], None]
) -> None:
    model = onnx.load(str(folder / name))
    damage(model)
    (folder / name).write_bytes(model.SerializeToString())
    (folder / "weights.bin").write_bytes(bytes(1 << 16))
    for said in refusals(MODELS[name]):
        assert said.startswith(f"{folder / name}: ")
        assert "export again" in said or "outside the file" in said


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("name", MODELS)
def test_truncated_models(refusals: Refused, folder: Path, name: str, share: float) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(share * len(content))])
    for said in refusals(MODELS[name]):
        assert said == f"{folder / name}: not a readable ONNX model; export again."


def test_missing_models(refusals: Refused, folder: Path) -> None:
    (folder / QONNX).unlink()
    for said in refusals("qonnx"):
        assert said == f"{folder / QONNX}: no such file; make it with `fdscs export`."


@pytest.mark.parametrize("name", MODELS)
def test_check_names_the_layer_of_a_changed_constant(
    fdscs: Callable[..., Any], folder: Path, left: Path, right: Path, tmp_path: Path, name: str
) -> None:
    model = onnx.load(str(folder / name))
    constant = max(
        (each for each in model.graph.initializer if each.name.startswith("u2_2.")),
        key=lambda each: numpy_helper.to_array(each).size,
    )
    array = numpy_helper.to_array(constant).copy()
    array.flat[0] = 0 if array.flat[0] else 1
    constant.CopyFrom(numpy_helper.from_array(array, constant.name))
    onnx.save(model, str(folder / name))
    output = tmp_path / "c.json"
    outcome = fdscs("check", folder, "--left", left, "--right", right, "--json", output,
                    "--backend", MODELS[name])  # fmt: skip
    report = json.loads(output.read_text())
    assert outcome.status == 1 and "Traceback" not in outcome.err
    assert "NOT EQUAL" in outcome.out
    assert f"parameters differ: u2_2: in {name}" in outcome.out
    assert {each["layer"] for each in report["parameter_differences"]} == {"u2_2"}
    assert report["mismatches"] > 0
    assert {each["backend"] for each in report["first_mismatches"]} <= {MODELS[name]}
    assert {each["layer"] for each in report["first_mismatches"]} <= {"u2_2", "u2_2_relu"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("--backend", "nothing"),
            "--backend nothing: choose from brevitas, qonnx, onnxruntime, hls",
        ),
        (("--left", "l.png"), "give both --left and --right, or neither for the Motorcycle pair."),
    ],
)
def test_check_usage(refused: Refused, build: Path, args: tuple[str, ...], message: str) -> None:
    assert refused("check", build, *args).startswith(message)


def test_check_says_how_to_get_hls4ml(
    refused: Refused, build: Path, left: Path, right: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hls4ml", None)
    said = refused("check", build, "--left", left, "--right", right, "--backend", "hls4ml")
    assert said.startswith("the back end hls4ml is not installed: run `make setup`, or pip install")


def test_a_build_has_no_float_network(
    refused: Refused, build: Path, left: Path, tmp_path: Path
) -> None:
    said = refused("predict", build, "--left", left, "--right", left, "-o", tmp_path / "d.png",
                   "--backend", "float", output=tmp_path / "d.png")  # fmt: skip
    assert said == f"{build}: a build has no float network; give --checkpoint."
