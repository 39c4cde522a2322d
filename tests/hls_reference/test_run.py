"""The datapath as a whole: every operation, every declared width, from images or from costs."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from fdscs.hls_reference.fixed_point import WidthError, dtype_of
from fdscs.hls_reference.run import (
    TABLE,
    Layer,
    Parameters,
    declared_width,
    disparity_px,
    run,
    run_front_end,
    run_images,
)
from fdscs.model.config import Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import (
    OPS,
    BlockSum,
    CentredRgb,
    Conv2d,
    Format,
    Formatted,
    Graph,
    Image,
    Op,
    Requantise,
)

SMALL = Architecture(disparities=8, encoder=(6, 4), context=(4,), unet=(4, 6))
READERS = [("wide", 8), ("narrow", 4)]
FRONT = [
    "left", "left_sum", "left_y", "left_u", "left_v", "left_census",
    "right", "right_sum", "right_y", "right_u", "right_v", "right_census", "cost", "rgb",
]  # fmt: skip


def replaced(graph: Graph, name: str, **changes: object) -> Graph:
    """`graph` with other fields in the node `name`."""
    return Graph(
        tuple(replace(node, **changes) if node.name == name else node for node in graph.nodes)
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = build_graph(SMALL, Precision(), None)
    return graph.with_accumulators({conv.name: 32 for conv in graph.of_type(Conv2d)})


@pytest.fixture(scope="module")
def params(graph: Graph) -> Parameters:
    """Random weights, and shifts that bring a sum of that many products back to eight bits."""
    rng = np.random.default_rng(5)
    params: dict[str, np.ndarray] = {}
    for conv in graph.of_type(Conv2d):
        shape = (conv.channels, conv.in_channels, conv.kernel, conv.kernel)
        most = conv.weight_max
        params[conv.weight] = rng.integers(-most, most + 1, shape).astype(np.int8)
        params[conv.bias] = rng.integers(-500, 500, conv.channels).astype(np.int32)
        products = conv.in_channels * conv.kernel**2
        shift = 6 + products.bit_length() // 2 + rng.integers(0, 2, conv.channels)
        params[f"{conv.name}.shift"] = shift.astype(np.uint8)
    params["out.bias"][:] = 50000
    params["out.shift"][:] = 3
    return params


@pytest.fixture(scope="module")
def images() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    left = rng.integers(0, 256, (21, 25, 3), dtype=np.uint8)
    return left, np.roll(left, -4, axis=1)


@pytest.fixture(scope="module")
def values(graph: Graph, params: Parameters, images: tuple) -> dict[str, np.ndarray]:
    return run_images(graph, params, *images)


def subclasses(kind: type) -> set[type]:
    return {each for child in kind.__subclasses__() for each in {child, *subclasses(child)}}


def test_the_table_has_every_operation() -> None:
    assert set(TABLE) == {*OPS.values(), Layer}


def test_every_kind_of_node_is_an_operation() -> None:
    assert set(OPS.values()) == subclasses(Op) - {Formatted}


def test_only_what_is_kept(
    graph: Graph, params: Parameters, images: tuple, values: dict[str, np.ndarray]
) -> None:
    assert run_images(graph, params, *images, keep=()) == {}
    for names in [("disparity",), ("cost", "enc0", "disparity"), tuple(values)]:
        kept = run_images(graph, params, *images, keep=names)
        assert list(kept) == list(names)
        assert all(np.array_equal(kept[name], values[name]) for name in names)
    given = {name: values[name] for name in ("cost", "rgb")}
    half = run(graph, params, given, keep=["out_relu"])["out_relu"]
    assert np.array_equal(half, values["out_relu"])
    with pytest.raises(KeyError, match="disparity"):  # which needs the images
        run(graph, params, given, keep=["disparity"])


def test_accumulators_are_made_where_somebody_wants_them(
    graph: Graph, params: Parameters, values: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def conv2d(op: Conv2d, *args: object) -> np.ndarray:
        made.append(op.name)
        return original(op, *args)

    original = TABLE[Conv2d]
    monkeypatch.setitem(TABLE, Conv2d, conv2d)
    run(graph, params, {name: values[name] for name in ("cost", "rgb")}, keep=["enc1", "out_relu"])
    assert made == ["enc1"]


def test_an_accumulator_that_two_read_serves_both() -> None:
    codes = np.array([[[1, 2]]], np.uint8)
    relus = [Requantise(name, ("conv",), 1, Format(bits, False, 0)) for name, bits in READERS]
    image, conv = Image("x", (), 1, Format(8, False, 0)), Conv2d("conv", ("x",), 1, 1, 1, 8, 12)
    params = {
        "conv.weight": np.array([[[[9]]]], np.int8),
        "conv.bias": np.array([1], np.int32),
        "conv.shift": np.array([0], np.uint8),
    }
    found = run(Graph((image, conv, *relus)), params, {"x": codes}, keep=("wide", "narrow"))
    assert found["wide"].tolist() == [[[10, 19]]] and found["narrow"].tolist() == [[[10, 15]]]


def test_given_accumulators_are_read(graph: Graph, params: Parameters) -> None:
    sums = np.full((6, 2, 2), 1 << 20, np.int32)
    codes = run(graph, params, {"enc0": sums}, keep=["enc0_relu"])["enc0_relu"]
    assert (codes == 255).all()


def test_what_is_not_kept_is_freed(graph: Graph, params: Parameters, images: tuple) -> None:
    def peak(keep: tuple[str, ...] | None) -> int:
        tracemalloc.start()
        run_images(graph, params, *(np.tile(view, (10, 10, 1)) for view in images), keep=keep)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(("disparity",)) < 0.6 * peak(None)


def test_a_datapath_by_hand() -> None:
    graph = Graph(
        (
            Image("left", (), 3, Format(8, False, 0)),
            BlockSum("sum", ("left",), 3, Format(10, False, 0)),
            CentredRgb("rgb", ("sum",), 3, Format(8, True, 7)),
            Conv2d("conv", ("rgb",), 2, 3, 1, 4, 12),
            Requantise("relu", ("conv",), 2, Format(4, False, 3)),
        )
    )
    params = {
        "conv.weight": np.array([[1, -2, 3], [-1, 0, -7]], np.int8).reshape(2, 3, 1, 1),
        "conv.bias": np.array([4, -100], np.int32),
        "conv.shift": np.array([1, 5], np.uint8),
    }
    pixel = [[150, 130, 129]]  # sums 600, 520, 516; codes 22, 2, 1
    left = np.array([pixel * 2] * 2, np.uint8)
    values = run(graph, params, {"left": left.transpose(2, 0, 1)})
    assert list(values) == ["left", "sum", "rgb", "conv", "relu"]
    assert values["sum"].ravel().tolist() == [600, 520, 516]
    assert values["rgb"].ravel().tolist() == [22, 2, 1]
    assert values["conv"].ravel().tolist() == [25, -129]  # 22 − 4 + 3 + 4; −22 − 7 − 100
    assert values["relu"].ravel().tolist() == [13, 0]  # 12.5 → 13


def test_the_back_end_by_hand(graph: Graph) -> None:
    left = np.zeros((3, 2, 7), np.uint8)
    half = np.array([[[0, 127, 255, 300]]], np.uint16)  # u14.6: 1 px is 64
    full = run(graph, {}, {"left": left, "out_relu": half})["disparity"]
    # 0, 254, 508, 508 (not 764), 1020, 1110, 1200, 1200, without the first column
    assert np.array_equal(full, [[[254, 508, 508, 1020, 1110, 1200, 1200]] * 2])


def test_every_tensor_has_its_shape_and_the_dtype_of_its_width(
    graph: Graph, values: dict[str, np.ndarray]
) -> None:
    shapes = graph.shapes(21, 25)
    assert list(values) == [node.name for node in graph.nodes]
    assert {name: x.shape for name, x in values.items()} == shapes
    for node in graph.nodes:
        assert values[node.name].dtype == dtype_of(*declared_width(graph, node)), node.name


DTYPES = {
    "left": "u1", "left_sum": "u2", "left_y": "u4", "left_u": "i1", "left_v": "i2",
    "left_census": "u4", "cost": "u1", "rgb": "i1", "enc0": "i4", "enc0_relu": "u1",
    "cenc_in": "i2", "unet_pad": "i2", "pool_2": "u1", "up_2": "u1", "cat_2": "u1",
    "out_relu": "u2", "disparity": "u2",
}  # fmt: skip


@pytest.mark.parametrize("name", DTYPES)
def test_dtype(name: str, values: dict[str, np.ndarray]) -> None:
    assert values[name].dtype == np.dtype(DTYPES[name])


def test_the_random_network_is_alive(graph: Graph, values: dict[str, np.ndarray]) -> None:
    for relu in graph.of_type(Requantise):
        x = values[relu.name]
        assert (x > 0).mean() > 0.02, relu.name
        assert (x == relu.format.max).mean() < 0.5, relu.name
    assert len(np.unique(values["disparity"])) > 50


def test_from_costs_as_from_images(
    graph: Graph, params: Parameters, values: dict[str, np.ndarray]
) -> None:
    network = run(graph, params, {name: values[name] for name in ("cost", "rgb")})
    assert list(network)[-1] == "out_relu"
    assert set(network) == set(values) - set(FRONT[:-2]) - {"disparity"}
    for name, x in network.items():
        assert x.dtype == values[name].dtype and np.array_equal(x, values[name]), name


def test_the_front_end_as_in_the_whole(
    graph: Graph, images: tuple, values: dict[str, np.ndarray]
) -> None:
    front = run_front_end(graph, *images)
    assert list(front) == FRONT
    for name, x in front.items():
        assert x.dtype == values[name].dtype and np.array_equal(x, values[name]), name


def test_given_tensors_are_not_computed_again(
    graph: Graph, params: Parameters, values: dict[str, np.ndarray]
) -> None:
    black = np.zeros_like(values["rgb"])
    network = run(graph, params, {**values, "rgb": black, "cost": values["cost"]})
    assert np.array_equal(network["rgb"], black)


def test_nothing_given_makes_nothing(graph: Graph, params: Parameters) -> None:
    assert run(graph, params, {}) == {}


def test_an_image_is_not_computed() -> None:
    image = Image("left", (), 3, Format(8, False, 0))
    with pytest.raises(ValueError, match="left: no image was given"):
        TABLE[Image](image, {})


@pytest.mark.parametrize("name", ["enc0", "cenc", "u1u3_2", "out"])
def test_a_narrow_accumulator_is_named(
    name: str, graph: Graph, params: Parameters, values: dict[str, np.ndarray]
) -> None:
    most = int(np.abs(values[name]).max())
    bits = most.bit_length()  # one fewer than ±most needs with its sign
    narrow = replaced(graph, name, acc_bits=bits)
    given = {key: values[key] for key in ("cost", "rgb")}
    for keep in (None, ["out_relu"], [name]):
        with pytest.raises(WidthError, match=f"^{name}: values from .* do not fit s{bits}, "):
            run(narrow, params, given, keep)
        run(replaced(graph, name, acc_bits=bits + 1), params, given, keep)


NARROW = {  # a format one bit short of what the images below reach
    "left_sum": Format(9, False, 0),
    "right_y": Format(17, False, 0),
    "left_u": Format(7, True, 0),
    "left_v": Format(8, True, 0),
    "disparity": Format(12, False, 8),
}


@pytest.mark.parametrize("name", NARROW)
def test_a_narrow_format_is_named(
    name: str, graph: Graph, params: Parameters, images: tuple
) -> None:
    left, right = (each.copy() for each in images)
    left[:4, :4], left[:4, 4:8], right[:8] = (0, 0, 255), (0, 255, 255), 255
    narrow = replaced(graph, name, format=NARROW[name])
    with pytest.raises(WidthError, match=f"^{name}: values from "):
        run_images(narrow, params, left, right)


def test_a_given_tensor_that_does_not_fit_is_named(
    graph: Graph, params: Parameters, values: dict[str, np.ndarray]
) -> None:
    cost = values["cost"].copy()
    cost[3, 2, 1] = 64
    with pytest.raises(WidthError, match=r"^cost: values from 0 to 64 do not fit u6, "):
        run(graph, params, {"cost": cost, "rgb": values["rgb"]})


def test_an_accumulator_without_a_width_is_refused(values: dict[str, np.ndarray]) -> None:
    graph = build_graph(SMALL, Precision(), None)
    with pytest.raises(ValueError, match="enc0: no accumulator width"):
        declared_width(graph, graph["enc0"])
    given = {"cost": values["cost"]}
    weight = np.zeros((6, 24, 1, 1), np.int8)
    with pytest.raises(ValueError, match="enc0: no accumulator width"):
        run(graph, {"enc0.weight": weight, "enc0.bias": np.zeros(6, np.int32)}, given)


def test_a_concatenation_is_as_wide_as_both(graph: Graph) -> None:
    assert declared_width(graph, graph["cenc_in"]) == (9, True)
    assert declared_width(graph, graph["enc0"]) == (32, True)
    assert declared_width(graph, graph["cat_2"]) == (8, False)


def test_disparity_in_pixels(graph: Graph) -> None:
    codes = np.array([[[0, 1, 256, 65535]]], np.uint16)
    px = disparity_px(graph, {"disparity": codes})
    assert px.dtype == np.float64 and px.shape == (1, 4)
    assert px.tolist() == [[0.0, 0.00390625, 1.0, 255.99609375]]
