"""The layer table, against the network as it was published."""

import pytest

from fdscs.model.config import LITE, PAPER, Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Format, Graph, InvalidGraph, Requantise

LAYERS = [  # name, kernel, channels in, channels out, the tensor it reads
    ("enc0", 1, 384, 192, "cost"),
    ("enc1", 1, 192, 96, "enc0_relu"),
    ("enc2", 1, 96, 48, "enc1_relu"),
    ("enc3", 1, 48, 32, "enc2_relu"),
    ("cenc", 3, 35, 32, "cenc_in"),
    ("cenc1", 3, 32, 32, "cenc_relu"),
    ("cenc2", 3, 32, 32, "cenc1_relu"),
    ("u1u1_5", 3, 35, 32, "unet_pad"),
    ("u2_5", 3, 32, 32, "u1u1_5_relu"),
    ("u1u1_4", 3, 32, 48, "pool_5"),
    ("u2_4", 3, 48, 48, "u1u1_4_relu"),
    ("u1u1_3", 3, 48, 64, "pool_4"),
    ("u2_3", 3, 64, 64, "u1u1_3_relu"),
    ("u1u1_2", 3, 64, 80, "pool_3"),
    ("u2_2", 3, 80, 80, "u1u1_2_relu"),
    ("u1u1_1", 3, 80, 96, "pool_2"),
    ("u2_1", 3, 96, 96, "u1u1_1_relu"),
    ("u1u3_2", 1, 96, 320, "u2_1_relu"),  # four times 80
    ("u4_2", 3, 160, 80, "cat_2"),
    ("u1u5_2", 3, 80, 80, "u4_2_relu"),
    ("u1u3_3", 1, 80, 256, "u1u5_2_relu"),
    ("u4_3", 3, 128, 64, "cat_3"),
    ("u1u5_3", 3, 64, 64, "u4_3_relu"),
    ("u1u3_4", 1, 64, 192, "u1u5_3_relu"),
    ("u4_4", 3, 96, 48, "cat_4"),
    ("u1u5_4", 3, 48, 48, "u4_4_relu"),
    ("u1u3_5", 1, 48, 128, "u1u5_4_relu"),
    ("u4_5", 3, 64, 32, "cat_5"),
    ("u1u5_5", 3, 32, 32, "u4_5_relu"),
    ("out", 1, 32, 1, "unet_crop"),
]

BETWEEN = {  # tensors between the layers → what they read
    "cenc_in": ("rgb", "enc3_relu"),
    "unet_in": ("rgb", "cenc2_relu"),
    "unet_pad": ("unet_in",),
    "pool_5": ("u2_5_relu",),
    "pool_4": ("u2_4_relu",),
    "pool_3": ("u2_3_relu",),
    "pool_2": ("u2_2_relu",),
    "up_2": ("u1u3_2_relu",),
    "up_3": ("u1u3_3_relu",),
    "up_4": ("u1u3_4_relu",),
    "up_5": ("u1u3_5_relu",),
    "cat_2": ("u2_2_relu", "up_2"),
    "cat_3": ("u2_3_relu", "up_3"),
    "cat_4": ("u2_4_relu", "up_4"),
    "cat_5": ("u2_5_relu", "up_5"),
    "unet_crop": ("u1u5_5_relu", "unet_in"),
    "disparity": ("out_relu", "left"),
}

FRONT = {  # name → inputs, channels, format
    "left": ((), 3, "u8.0"),
    "left_sum": (("left",), 3, "u10.0"),
    "left_y": (("left_sum",), 1, "u18.0"),
    "left_u": (("left_sum",), 1, "s8.0"),
    "left_v": (("left_sum",), 1, "s9.0"),
    "left_census": (("left_y",), 1, "u24.0"),
    "right": ((), 3, "u8.0"),
    "right_sum": (("right",), 3, "u10.0"),
    "right_y": (("right_sum",), 1, "u18.0"),
    "right_u": (("right_sum",), 1, "s8.0"),
    "right_v": (("right_sum",), 1, "s9.0"),
    "right_census": (("right_y",), 1, "u24.0"),
    "cost": (
        ("left_census", "right_census", "left_u", "right_u", "left_v", "right_v"), 384, "u6.0",
    ),
    "rgb": (("left_sum",), 3, "s8.7"),
}  # fmt: skip


@pytest.fixture(scope="module")
def paper() -> Graph:
    return build_graph(PAPER.architecture, PAPER.precision)


def test_layers(paper: Graph) -> None:
    convs = paper.of_type(Conv2d)
    found = [(c.name, c.kernel, c.in_channels, c.channels, c.inputs[0]) for c in convs]
    assert found == LAYERS


def test_number_of_parameters(paper: Graph) -> None:
    counts = [
        conv.channels * (conv.in_channels * conv.kernel**2 + 1) for conv in paper.of_type(Conv2d)
    ]
    assert sum(counts) == 946_289  # that of the published weights


def test_every_layer_is_requantised(paper: Graph) -> None:
    names = [relu.name for relu in paper.of_type(Requantise)]
    assert names == [f"{layer[0]}_relu" for layer in LAYERS]
    assert all(paper[name].inputs == (name.removesuffix("_relu"),) for name in names)


@pytest.mark.parametrize("name", BETWEEN)
def test_what_lies_between_the_layers(name: str, paper: Graph) -> None:
    assert paper[name].inputs == BETWEEN[name]


@pytest.mark.parametrize("name", FRONT)
def test_front_end(name: str, paper: Graph) -> None:
    node = paper[name]
    assert (node.inputs, node.channels, str(paper.format_of(name))) == FRONT[name]


def test_nothing_else_is_in_the_graph(paper: Graph) -> None:
    layers = {name for layer in LAYERS for name in (layer[0], f"{layer[0]}_relu")}
    assert {node.name for node in paper.nodes} == layers | set(BETWEEN) | set(FRONT)


def test_colours_and_costs(paper: Graph) -> None:
    for view in ("left", "right"):
        mixes = [paper[f"{view}_{part}"] for part in "yuv"]
        assert [mix.coefficients for mix in mixes] == [
            (77, 150, 29), (-38, -74, 112), (158, -132, -26),
        ]  # fmt: skip
        assert [mix.shift for mix in mixes] == [0, 10, 10]
    assert (paper["cost"].disparities, paper["cost"].saturation) == (128, 63)
    assert paper["unet_pad"].multiple == 16


def test_a_smaller_network() -> None:
    tiny = Architecture(disparities=8, encoder=(6, 4), context=(4,), unet=(4, 6))
    convs = build_graph(tiny).of_type(Conv2d)
    assert [(conv.name, conv.kernel, conv.in_channels, conv.channels) for conv in convs] == [
        ("enc0", 1, 24, 6),
        ("enc1", 1, 6, 4),
        ("cenc", 3, 7, 4),
        ("u1u1_2", 3, 7, 4),
        ("u2_2", 3, 4, 4),
        ("u1u1_1", 3, 4, 6),
        ("u2_1", 3, 6, 6),
        ("u1u3_2", 1, 6, 16),
        ("u4_2", 3, 8, 4),
        ("u1u5_2", 3, 4, 4),
        ("out", 1, 4, 1),
    ]
    assert build_graph(tiny)["unet_pad"].multiple == 2


def test_chosen_channels_reach_all_that_reads_them() -> None:
    chosen = {"enc1": 3, "u2_2": 5, "u1u3_2": 8, "u1u5_2": 1}
    tiny = Architecture(disparities=8, encoder=(6, 4), context=(4,), unet=(4, 6), channels=chosen)
    graph = build_graph(tiny)
    found = {conv.name: (conv.in_channels, conv.channels) for conv in graph.of_type(Conv2d)}
    assert found == {
        "enc0": (24, 6),
        "enc1": (6, 3),
        "cenc": (6, 4),
        "u1u1_2": (7, 4),
        "u2_2": (4, 5),
        "u1u1_1": (5, 6),
        "u2_1": (6, 6),
        "u1u3_2": (6, 8),
        "u4_2": (7, 4),
        "u1u5_2": (4, 1),
        "out": (1, 1),
    }
    names = ("pool_2", "up_2", "cat_2", "unet_crop")
    assert [graph[name].channels for name in names] == [5, 2, 7, 1]


def test_channels_of_unknown_layers_are_refused() -> None:
    message = "channels for enc9, which this network does not have; its layers are cenc, "
    with pytest.raises(ValueError, match=message):
        build_graph(Architecture(channels={"enc9": 8}))


# --- Widths ------------------------------------------------------------------------------------


def widths(graph: Graph) -> tuple[dict[str, int], dict[str, int]]:
    """Bits of weights and of outputs, by convolution."""
    weights = {conv.name: conv.weight_bits for conv in graph.of_type(Conv2d)}
    return weights, {name: graph.format_of(f"{name}_relu").bits for name in weights}


def test_widths_of_the_paper(paper: Graph) -> None:
    weights, outputs = widths(paper)
    names = [layer[0] for layer in LAYERS]
    assert weights == {**dict.fromkeys(names, 8), "enc0": 12, "u1u5_5": 12, "out": 12}
    assert outputs == {**dict.fromkeys(names, 8), "u4_5": 12, "u1u5_5": 12, "out": 14}


def test_widths_of_lite() -> None:
    weights, outputs = widths(build_graph(LITE.architecture, LITE.precision))
    names = [layer[0] for layer in LAYERS if layer[0] != "enc3"]  # an encoder layer less
    assert weights == {**dict.fromkeys(names, 8), "out": 12}
    assert outputs == {**dict.fromkeys(names, 8), "u1u5_5": 10, "out": 14}


def test_widths_by_default_and_by_layer() -> None:
    precision = Precision(
        weight_bits=6, activation_bits=5, weights={"cenc1": 3, "out": 16}, activations={"u2_4": 2}
    )
    weights, outputs = widths(build_graph(Architecture(), precision))
    names = [layer[0] for layer in LAYERS]
    assert weights == {**dict.fromkeys(names, 6), "cenc1": 3, "out": 16}
    assert outputs == {**dict.fromkeys(names, 5), "u2_4": 2, "out": 14}


@pytest.mark.parametrize(
    ("rgb_bits", "frac", "rgb", "half", "full"),
    [
        (8, 6, "s8.7", "u14.6", "u16.8"),
        (6, 0, "s6.5", "u8.0", "u10.2"),
        (10, 8, "s10.9", "u16.8", "u18.10"),
    ],
)
def test_formats_of_rgb_and_disparity(
    rgb_bits: int, frac: int, rgb: str, half: str, full: str
) -> None:
    graph = build_graph(Architecture(), Precision(rgb_bits=rgb_bits, disparity_frac=frac))
    found = [str(graph.format_of(name)) for name in ("rgb", "out_relu", "disparity")]
    assert found == [rgb, half, full]
    assert graph.format_of("enc0_relu").frac == rgb_bits - 1  # where none was chosen


def test_chosen_fraction_bits() -> None:
    chosen = {f"{layer[0]}_relu": 7 for layer in LAYERS}
    chosen |= {"enc0_relu": 3, "u4_3_relu": -2, "u2_5_relu": 5, "u1u3_5_relu": 5}
    graph = build_graph(Architecture(), Precision(), chosen)
    assert graph.format_of("enc0_relu") == Format(8, False, 3)
    assert graph.format_of("u4_3_relu") == Format(8, False, -2)
    assert graph.format_of("cat_5") == Format(8, False, 5)
    assert graph.format_of("out_relu") == Format(14, False, 6)  # not chosen: the precision's


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("enc3_relu", "cenc_in: rgb is s8.7, enc3_relu is u8.6"),
        ("cenc2_relu", "unet_in: rgb is s8.7, cenc2_relu is u8.6"),
        ("u2_4_relu", "cat_4: u2_4_relu is u8.6, up_4 is u8.7"),
    ],
)
def test_fraction_bits_that_cannot_be_joined_are_refused(name: str, message: str) -> None:
    chosen = {f"{layer[0]}_relu": 7 for layer in LAYERS} | {name: 6}
    with pytest.raises(InvalidGraph, match=message):
        build_graph(Architecture(), Precision(), chosen)


@pytest.mark.parametrize("kind", ["weights", "activations"])
def test_unknown_layers_are_refused(kind: str) -> None:
    precision = Precision(**{kind: {"enc0": 8, "enc9": 8, "u4_6": 8}})
    message = "bits for enc9, u4_6, which this network does not have; its layers are cenc, cenc1"
    with pytest.raises(ValueError, match=message):
        build_graph(Architecture(), precision)


def test_layers_of_a_larger_network_are_unknown_to_a_smaller() -> None:
    small = Architecture(encoder=(4,), context=(4,), unet=(4, 4))
    with pytest.raises(ValueError, match="bits for u4_5, which"):
        build_graph(small, Precision(activations={"u4_5": 8}))
