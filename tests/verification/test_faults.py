"""One changed bit, in any layer of any artefact, is found and named."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import fdscs.verification.check
from fdscs.backends.reference import ReferenceBackend
from fdscs.export.build import (
    CHECKPOINT,
    MANIFEST,
    PARAMS,
    QCDQ,
    QONNX,
    Build,
    array_digest,
    read_build,
)
from fdscs.export.onnx_model import initialisers
from fdscs.model.graph import Conv2d
from fdscs.quantization.quant_checkpoint import load_quantised
from fdscs.storage.errors import BadInput
from fdscs.vectors.mismatch import LayerResult, compare_tensors
from fdscs.verification.check import check, open_on_build
from fdscs.verification.corner_cases import code_cases, image_cases
from fdscs.verification.parameters import compare_parameters


@pytest.fixture
def copy(tiny_build: Build, tmp_path: Path) -> Path:
    """A build that a test may damage."""
    return Path(shutil.copytree(tiny_build.folder, tmp_path / "build"))


def constants_of(folder: Path, name: str) -> list[str]:
    """Every constant of a model that holds a value of the network."""
    return sorted(initialisers(onnx.load(str(folder / name))))


@pytest.mark.parametrize("artefact", [QONNX, QCDQ])
def test_a_bit_of_any_constant_of_a_model(copy: Path, artefact: str) -> None:
    rng = np.random.default_rng(0)
    model = onnx.load(str(copy / artefact))
    original = model.SerializeToString()
    net = load_quantised(copy / CHECKPOINT)[0]
    for name in constants_of(copy, artefact):
        damaged = onnx.ModelProto.FromString(original)
        for constant in damaged.graph.initializer:
            if constant.name == name:
                array = flip_bit(numpy_helper.to_array(constant), rng)
                constant.CopyFrom(numpy_helper.from_array(array, name))
        (copy / artefact).write_bytes(damaged.SerializeToString())
        found = compare_parameters(read_build(copy), net)
        assert [(d.artefact, d.layer) for d in found] == [(artefact, name.split(".")[0])]


def test_a_bit_of_any_parameter_of_params_npz(copy: Path) -> None:
    rng = np.random.default_rng(1)
    original = (copy / PARAMS).read_bytes()
    for name, array in read_build(copy).params.items():
        rewrite_params(copy, {name: flip_bit(array, rng)})
        with pytest.raises(BadInput, match=rf"does not match its manifest: {name} was changed"):
            read_build(copy)
        (copy / PARAMS).write_bytes(original)


def test_a_bit_of_any_parameter_even_with_its_hash(copy: Path) -> None:
    """params.npz and its manifest agree, so the other artefacts must contradict them."""
    rng = np.random.default_rng(2)
    net = load_quantised(copy / CHECKPOINT)[0]
    originals = {name: (copy / name).read_bytes() for name in (PARAMS, MANIFEST)}
    for name, array in read_build(copy).params.items():
        damaged = flip_bit(array, rng, bits=5 if name.endswith("shift") else None)
        rewrite_params(copy, {name: damaged}, rehash=True)
        try:
            found = compare_parameters(read_build(copy), net)
        except BadInput as error:  # a weight beyond its bits
            assert name in str(error)
        else:
            layers = {difference.layer.removesuffix("_relu") for difference in found}
            assert layers == {name.split(".")[0]}
        for file, content in originals.items():
            (copy / file).write_bytes(content)


def test_a_weight_of_any_layer_of_the_checkpoint(copy: Path) -> None:
    frozen = read_build(copy)
    for name in load_quantised(copy / CHECKPOINT)[0].convs:
        net = load_quantised(copy / CHECKPOINT)[0]
        step = float(net.convs[name].weight_quant.tensor_quant.step()[0])
        net.convs[name].weight.data[0, 0, 0, 0] += 2 * step
        found = compare_parameters(frozen, net)
        assert {d.layer for d in found} == {name} and found[0].artefact == CHECKPOINT


def test_a_format_in_the_manifest(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_text())
    node = next(node for node in manifest["graph"] if node["name"] == "u2_2_relu")
    node["format"]["bits"] += 1
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match="does not match its own hash"):
        read_build(copy)


@pytest.mark.parametrize("backend", ["brevitas", "qonnx", "onnxruntime"])
def test_execution_alone_names_the_layer(tiny_build: Build, backend: str) -> None:
    """Without comparing parameters: a damaged reference differs from `backend` first at a layer."""
    net = load_quantised(tiny_build.folder / CHECKPOINT)[0]
    other = open_on_build(backend, tiny_build, net)
    cases = [case for case in code_cases(tiny_build.graph) if "noise" in case.name]
    expected = [other.run_network(case.cost, case.rgb) for case in cases]
    inputs = {conv.name: conv.inputs[0] for conv in tiny_build.graph.of_type(Conv2d)}
    for conv in net.convs:
        if inputs[conv] == "cost":
            active = 0
        else:  # a weight on a channel that is never on changes nothing
            active = int(np.argmax(expected[0][inputs[conv]].max(axis=(1, 2))))
        for name, index in ((f"{conv}.weight", (0, active, 0, 0)), (f"{conv}.bias", 0)):
            damaged = tiny_build.params[name].copy()
            damaged[index] ^= 1
            reference = ReferenceBackend(tiny_build.graph, {**tiny_build.params, name: damaged})
            first = first_mismatch(tiny_build, reference, cases, expected)
            assert first is not None and first.layer == conv


def test_an_undamaged_build_passes(tiny_build: Build) -> None:
    net = load_quantised(tiny_build.folder / CHECKPOINT)[0]
    report = check(tiny_build, net, [], progress=False)
    assert report.passed and report.mismatches == 0
    network = [layer for layer in report.layers.values() if "qonnx" in layer.backends]
    assert {layer.name for layer in network} >= {*net.convs, *net.relus}
    assert all(
        layer.backends == ["reference", "brevitas", "qonnx", "onnxruntime"] for layer in network
    )
    assert all(layer.exact_float for layer in network if layer.name in net.convs)


def test_corner_cases_reach_ties_and_saturation(tiny_build: Build) -> None:
    net = load_quantised(tiny_build.folder / CHECKPOINT)[0]
    report = check(tiny_build, net, [], backends=(), progress=False)
    assert sum(count > 0 for count in report.ties.values()) >= len(report.ties) - 1
    assert sum(count > 0 for count in report.saturated.values()) >= len(report.saturated) // 2


def test_corner_cases_have_odd_sizes_and_both_extremes(tiny_build: Build) -> None:
    images = list(image_cases(tiny_build.graph))
    assert any(case.left.shape[0] % 2 and case.left.shape[1] % 2 for case in images)
    assert {int(case.left.min()) for case in images} >= {0, 255}


def flip_bit(array: np.ndarray, rng: np.random.Generator, bits: int | None = None) -> np.ndarray:
    """A copy with one bit of one value changed; of the low `bits` bits if given."""
    damaged = np.array(array, order="C", copy=True)
    flat = damaged.reshape(-1).view(np.dtype(f"u{damaged.itemsize}"))
    index = int(rng.integers(flat.size))
    bit = int(rng.integers(bits or 8 * damaged.itemsize))
    flat[index] ^= flat.dtype.type(1 << bit)
    return damaged


def first_mismatch(build, reference, cases, expected):
    results = {node.name: LayerResult(node.name) for node in build.graph.nodes}
    for case, tensors in zip(cases, expected, strict=True):
        values = reference.run_network(case.cost, case.rgb)
        mismatch = compare_tensors(values, tensors, "other", case.name, results)
        if mismatch:
            return mismatch
    return None


def rewrite_params(folder: Path, changes: dict[str, np.ndarray], rehash: bool = False) -> None:
    arrays = {**read_build(folder).params, **changes}
    np.savez_compressed(folder / PARAMS, **arrays)
    if rehash:
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest["parameters"] = {name: array_digest(array) for name, array in arrays.items()}
        (folder / MANIFEST).write_text(json.dumps(manifest))


def test_hls_is_compared_too_and_reported_case_by_case(
    tiny_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HLS, which is compared when all others are done, comes after them in each case."""
    bias = tiny_build.params["enc0.bias"].copy()
    bias[0] += 1
    wrong = ReferenceBackend(tiny_build.graph, {**tiny_build.params, "enc0.bias": bias})
    monkeypatch.setattr(fdscs.verification.check, "open_on_build", lambda *_: wrong)
    net = load_quantised(tiny_build.folder / CHECKPOINT)[0]
    report = check(tiny_build, net, [], ["other", "hls"], progress=False)
    assert not report.passed and {each.layer for each in report.first} == {"enc0"}
    expected = [(case, name) for case in report.cases for name in ("other", "hls")]
    assert [(each.case, each.backend) for each in report.first] == expected
