"""What is exported is what is described; anything else is refused, naming the layer."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from fdscs.backends.onnxruntime import OnnxRuntimeBackend
from fdscs.backends.qonnx import QonnxBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.export import exporter, float_pixels, hls4ml, pixels, qcdq, qonnx
from fdscs.export.brevitas import export_brevitas
from fdscs.export.build import CHECKPOINT, MANIFEST, PARAMS, PIXELS, QCDQ, QONNX, Build, read_build
from fdscs.export.exporter import export_build, load_onnx
from fdscs.export.match import compare_models, match_brevitas
from fdscs.export.qonnx import emit_qonnx
from fdscs.hls_reference.run import TABLE as REFERENCE_TABLE
from fdscs.model import graph as g
from fdscs.model import network
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.quantization.quant_checkpoint import load_quantised
from fdscs.storage.errors import BadInput
from tests.tiny import TINY


def test_every_back_end_has_every_network_operation() -> None:
    tables = [network.TABLE, qonnx.TABLE, qcdq.TABLE, float_pixels.TABLE]
    assert all(set(table) == set(network.TABLE) for table in tables)
    assert {*pixels.TABLE, g.Image} == {kind for kind in REFERENCE_TABLE if issubclass(kind, g.Op)}
    assert {*hls4ml.TABLE, *hls4ml.MOVES} == set(network.TABLE) <= set(REFERENCE_TABLE)


def test_brevitas_exports_the_network_described(tiny_net: QuantNetwork) -> None:
    tiny_net.snap()
    frozen = freeze(tiny_net)
    traced = export_brevitas(tiny_net, 64, 96)
    assert match_brevitas(traced, emit_qonnx(frozen.graph, frozen.params, 64, 96, {})) == []


def test_qonnx_refuses_an_operator_it_does_not_know(tiny_build: Build) -> None:
    model = load_onnx(tiny_build.folder / QONNX)
    exporter.check_with_qonnx(model)
    next(node for node in model.graph.node if node.op_type == "Quant").op_type = "Quantum"
    with pytest.raises(Exception, match="Quantum"):
        exporter.check_with_qonnx(model)


CHANGES: dict[str, Callable[[onnx.NodeProto], None]] = {
    "rounding_mode": lambda node: set_attribute(node, "rounding_mode", "ROUND"),
    "signed": lambda node: set_attribute(node, "signed", 1),
    "narrow": lambda node: set_attribute(node, "narrow", 1),
}


@pytest.mark.parametrize("attribute", CHANGES)
def test_a_changed_attribute_is_refused(
    tiny_net: QuantNetwork, tiny_checkpoint: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, attribute: str,
) -> None:  # fmt: skip
    def damaged(net: QuantNetwork, rows: int, columns: int) -> onnx.ModelProto:
        model = export_brevitas(net, rows, columns)
        relus = [node for node in model.graph.node if node.op_type == "Relu"]
        after = next(n for n in model.graph.node if relus[3].output[0] in n.input)
        CHANGES[attribute](after)
        return model

    monkeypatch.setattr(exporter, "export_brevitas", damaged)
    with pytest.raises(BadInput, match=rf"not the network described: cenc1_relu: {attribute}"):
        export_build(tiny_net, TINY, tiny_checkpoint, tmp_path / "build", (64, 96))
    assert not (tmp_path / "build").exists()


def test_a_node_too_many_is_refused(tiny_net: QuantNetwork) -> None:
    frozen = freeze(tiny_net)
    tiny_net.snap()
    model = export_brevitas(tiny_net, 64, 96)
    model.graph.node.append(helper.make_node("Relu", ["x"], ["y"]))
    expected = emit_qonnx(frozen.graph, frozen.params, 64, 96, {})
    assert "nodes, expected" in str(match_brevitas(model, expected)[0])


def test_halves_swapped_in_a_concatenation_are_refused(tiny_net: QuantNetwork) -> None:
    frozen = freeze(tiny_net)
    tiny_net.snap()
    model = export_brevitas(tiny_net, 64, 96)
    concat = [node for node in model.graph.node if node.op_type == "Concat"][-1]
    concat.input[:] = reversed(concat.input)
    expected = emit_qonnx(frozen.graph, frozen.params, 64, 96, {})
    assert str(match_brevitas(model, expected)[0]).startswith("cat_3: reads up_3 instead of")


def test_a_parameter_of_another_network_is_refused(tiny_net: QuantNetwork) -> None:
    tiny_net.snap()
    frozen = freeze(tiny_net)
    params = dict(frozen.params)
    params["u4_2.bias"] = params["u4_2.bias"] + 1
    expected = emit_qonnx(frozen.graph, params, 64, 96, {})
    difference = match_brevitas(export_brevitas(tiny_net, 64, 96), expected)[0]
    assert (difference.layer, "u4_2.bias" in difference.what) == ("u4_2", True)


def test_two_exports_are_byte_identical(
    tiny_build: Build, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    net, config, _ = load_quantised(tiny_checkpoint)
    export_build(net, config, tiny_checkpoint, tmp_path, (64, 96))
    for name in (PARAMS, MANIFEST, QONNX, QCDQ, PIXELS, CHECKPOINT):
        assert (tmp_path / name).read_bytes() == (tiny_build.folder / name).read_bytes(), name


@pytest.mark.parametrize(("rows", "columns"), [(37, 21), (64, 96), (50, 33)])
@pytest.mark.parametrize("backend", [QonnxBackend, OnnxRuntimeBackend])
def test_models_run_at_any_size(
    tiny_build: Build, random_images: Callable, backend: type, rows: int, columns: int
) -> None:
    images = random_images(rows, columns)
    expected = ReferenceBackend(tiny_build.graph, tiny_build.params)
    found = backend.of_build(tiny_build)
    tensors = expected.run_images(*images)
    for name, tensor in found.run_images(*images).items():
        assert np.array_equal(tensors[name], tensor), name
    assert np.array_equal(expected.disparity_px(*images), found.disparity_px(*images))


def test_shift_zero_and_every_width_survive_standard_onnx(
    tiny_checkpoint: Path, tmp_path: Path, random_images: Callable
) -> None:
    """A tie may not arise from the half step where nothing is shifted out."""
    net, config, _ = load_quantised(tiny_checkpoint)
    enc0 = net.graph.format_of("enc0_relu").frac
    net.steps.weights["enc0"][:] = enc0  # costs have no fraction bits, so the shift is 0
    rebuilt = QuantNetwork(config.architecture, config.precision, net.steps)
    rebuilt.set_parameters(net.get_parameters())
    export_build(rebuilt, config, tiny_checkpoint, tmp_path, (64, 96))
    build = read_build(tmp_path)
    assert build.params["enc0.shift"].max() == 0
    images = random_images(64, 96)
    expected = ReferenceBackend(build.graph, build.params).run_images(*images)
    for backend in (OnnxRuntimeBackend.of_build(build), QonnxBackend.of_build(build)):
        for name, tensor in backend.run_images(*images).items():
            assert np.array_equal(expected[name], tensor), name


def test_external_data_is_refused(tiny_build: Build, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_build.folder, tmp_path / "build"))
    model = onnx.load(str(folder / QONNX))
    constant = model.graph.initializer[0]
    onnx.external_data_helper.set_external_data(constant, "../../outside.bin")
    constant.ClearField("raw_data")
    (folder / QONNX).write_bytes(model.SerializeToString())
    with pytest.raises(BadInput, match=QONNX):
        load_onnx(folder / QONNX)


def test_compare_models_sees_a_changed_node(tiny_build: Build) -> None:
    model = load_onnx(tiny_build.folder / QONNX)
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    pool = next(node for node in changed.graph.node if node.op_type == "MaxPool")
    set_attribute(pool, "strides", [1, 1])
    differences = compare_models(changed, model)
    assert [d.layer for d in differences] == [pool.output[0]]


def test_metadata_names_formats_and_versions(tiny_build: Build) -> None:
    for name in (QONNX, QCDQ):
        metadata = {p.key: p.value for p in load_onnx(tiny_build.folder / name).metadata_props}
        assert metadata["fdscs.graph_sha256"] == tiny_build.graph.digest()
        assert '"cost": "u6.0"' in metadata["fdscs.formats"]
        assert "brevitas" in metadata["fdscs.versions"]


def test_weights_are_integers_in_standard_onnx(tiny_build: Build) -> None:
    model = load_onnx(tiny_build.folder / QCDQ)
    weight = next(each for each in model.graph.initializer if each.name == "enc0.weight")
    assert np.array_equal(numpy_helper.to_array(weight), tiny_build.params["enc0.weight"])


def set_attribute(node: onnx.NodeProto, name: str, value: object) -> None:
    for attribute in node.attribute:
        if attribute.name == name:
            attribute.CopyFrom(helper.make_attribute(name, value))
