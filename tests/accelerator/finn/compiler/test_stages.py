"""From codes to layers, folding, FIFOs and memories: each step on the tiny network."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fdscs.storage.errors import BadInput


@pytest.fixture
def widened(network: Any) -> Any:
    from fdscs.accelerator.finn.compiler.codes import to_codes
    from fdscs.accelerator.finn.compiler.widen import widen

    return widen(to_codes(network))


@pytest.fixture(scope="session")
def built(job: Path) -> Any:
    """The folded small network, and what was found."""
    import json

    from fdscs.accelerator.finn.compiler.flow import built_network
    from fdscs.accelerator.finn.target import target_from_json

    settings = json.loads((job / "job.json").read_text())
    target = target_from_json(settings["target"])
    model, found = built_network(job / "small.onnx", job / "finn" / "test", target, settings)
    return model, found, target


def test_channels_of_zeros_change_nothing(widened: Any, tensors: dict[str, np.ndarray]) -> None:
    from fdscs.accelerator.finn.compiler.checks import check_stage
    from fdscs.accelerator.finn.compiler.widen import places_of

    places = places_of(widened)
    assert places["rgb"] == [0, 1, 2, -1]
    assert places["enc1"] == [0, 1, 2, 3, 4, 5, -1, -1]
    assert places["u1u3_2"][6:10] == [-1, -1, 6, 7]  # block by block
    convs = [node.output[0] for node in widened.graph.node if node.op_type == "Conv"]
    assert all(widened.get_tensor_shape(name)[1] % 4 == 0 for name in convs if name != "out")
    assert check_stage("widen", widened, tensors, places, channels_last=False).fault is None


def test_channels_last_keeps_every_value(widened: Any, tensors: dict[str, np.ndarray]) -> None:
    from fdscs.accelerator.finn.compiler.channels_last import to_channels_last
    from fdscs.accelerator.finn.compiler.checks import check_stage
    from fdscs.accelerator.finn.compiler.widen import places_of

    places = places_of(widened)
    model = to_channels_last(widened)
    check = check_stage("channels_last", model, tensors, places, channels_last=True)
    assert check.fault is None
    moved = [node for node in model.graph.node if node.op_type == "Transpose"]
    assert len(moved) == 2  # inside the two depth-to-space, which become one layer each


def test_unknown_operators_are_named(widened: Any) -> None:
    from fdscs.accelerator.finn.compiler.channels_last import to_channels_last

    widened.graph.node[3].op_type = "Softmax"
    with pytest.raises(BadInput, match=r"Softmax .* has no channels-last form"):
        to_channels_last(widened)


@pytest.mark.parametrize("thresholds_up_to", [0, 4, 8])
def test_all_nodes_become_layers(
    widened: Any, tensors: dict[str, np.ndarray], thresholds_up_to: int
) -> None:
    from fdscs.accelerator.finn.compiler.channels_last import to_channels_last
    from fdscs.accelerator.finn.compiler.checks import check_stage
    from fdscs.accelerator.finn.compiler.layers import LAYERS, to_layers
    from fdscs.accelerator.finn.compiler.widen import places_of

    places = places_of(widened)
    model = to_layers(to_channels_last(widened), thresholds_up_to)
    assert all(node.domain == LAYERS for node in model.graph.node)
    kinds = [node.op_type for node in model.graph.node]
    assert ("Requant" in kinds) and ("Thresholding" in kinds) == (thresholds_up_to > 0)
    assert kinds.count("ReflectPad") == kinds.count("Crop") == 1
    assert check_stage("layers", model, tensors, places, channels_last=True).fault is None


def test_a_wrong_weight_is_found(widened: Any, tensors: dict[str, np.ndarray]) -> None:
    from fdscs.accelerator.finn.compiler.checks import check_stage
    from fdscs.accelerator.finn.compiler.widen import places_of

    weights = widened.get_initializer("enc1.weight.quant").copy()
    weights[1, 3] += 1
    widened.set_initializer("enc1.weight.quant", weights)
    check = check_stage("widen", widened, tensors, places_of(widened), channels_last=False)
    assert check.fault is not None
    assert check.fault.startswith("enc1: ")


def test_reflect_pad_is_numpys(job: Path) -> None:
    from onnx import helper

    from fdscs.accelerator.finn.compiler.reflect_pad import ReflectPad

    node = helper.make_node(
        "ReflectPad", ["x"], ["y"], domain="finn.custom_op.fpgadataflow", ImgDim=[5, 6],
        Padding=[1, 2, 3, 4], NumChannels=2, SIMD=1, inputDataType="UINT4",
    )  # fmt: skip
    layer = ReflectPad(node)
    x = np.arange(60, dtype=np.float32).reshape(1, 5, 6, 2)
    context = {"x": x}
    layer.execute_node(context, None)
    assert context["y"].shape == layer.get_normal_output_shape() == (1, 9, 12, 2)
    assert context["y"][0, 0, 0].tolist() == x[0, 1, 2].tolist()
    assert context["y"][0, 8, 11].tolist() == x[0, 1, 1].tolist()


def test_folding_keeps_the_rate(built: Any) -> None:
    from fdscs.accelerator.finn.compiler.nodes import to_graph
    from fdscs.accelerator.finn.node_schedule import schedule

    model, found, target = built
    graph = to_graph(model)
    slowest = max(schedule(graph, node).interval for node in graph.nodes)
    assert slowest <= target.cycles
    assert found.outcome.interval <= target.cycles
    products = [node for node in graph.nodes if node.kind == "MVAU"]
    assert all(node.values["inputs"] % node.values["simd"] == 0 for node in products)
    assert max(node.values["simd"] * node.values["pe"] for node in products) > 1


def test_fifos_are_as_deep_as_computed(built: Any) -> None:
    from qonnx.custom_op.registry import getCustomOp

    from fdscs.accelerator.finn.fifos import words_of

    model, found, _ = built
    depths = words_of(found.converted, found.pixels)
    made = {
        node.input[0]: getCustomOp(node).get_nodeattr("depth")
        for node in model.graph.node
        if node.op_type == "StreamingFIFO_rtl"
    }
    assert made == depths
    assert {name.split(".")[0] for name in made} >= {"u2_3_relu", "u2_2_relu", "rgb"}


def test_fifos_one_pixel_shallower_stop_the_frame(built: Any) -> None:
    from fdscs.accelerator.finn.tokens import simulate

    _, found, _ = built
    least = found.depths.least
    assert simulate(found.converted, least).ends
    skips = [name for name, pixels in least.items() if pixels > 2]
    assert len(skips) >= 3
    for name in skips:
        outcome = simulate(found.converted, {**least, name: least[name] - 1})
        assert not outcome.ends
        assert any("waits for room" in each and name in each for each in outcome.waiting)


def test_every_memory_has_a_style(built: Any) -> None:
    from qonnx.custom_op.registry import getCustomOp

    model, found, _ = built
    kinds = ("MVAU", "ConvolutionInputGenerator", "StreamingFIFO")
    for node in model.graph.node:
        if node.op_type.startswith(kinds):
            assert getCustomOp(node).get_nodeattr("ram_style") == found.styles[node.name]


def test_networks_that_differ_are_refused(built: Any) -> None:
    from fdscs.accelerator.finn.compiler.stages import same_network

    model, _, _ = built
    other = deepcopy(model)
    same_network(model, other)
    product = next(node for node in other.graph.node if node.op_type == "MVAU_rtl")
    other.set_initializer(product.input[1], other.get_initializer(product.input[1]) + 1)
    with pytest.raises(BadInput, match="differ"):
        same_network(model, other)
