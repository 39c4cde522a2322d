"""What a graph derives: shapes, counts, formats, ranges, steps."""

import pytest

from fdscs.model.config import LITE, PAPER
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import (
    CentredRgb,
    Concat,
    Conv2d,
    Format,
    Graph,
    Image,
    ReflectPad,
    Upsample,
)
from tests.model.graphs import LEFT, RELU4, RELU8, S8, SMALL, SUM, cost, graph, refused


@pytest.fixture(scope="module")
def small() -> Graph:
    return build_graph(SMALL)


# --- Shapes and counts -------------------------------------------------------------------------


def test_shapes_of_a_kitti_pair() -> None:
    shapes = build_graph(PAPER.architecture).shapes(375, 1242)
    assert shapes["left"] == (3, 375, 1242)
    assert shapes["left_sum"] == (3, 188, 621)
    assert shapes["left_y"] == shapes["right_census"] == (1, 188, 621)
    assert shapes["cost"] == (384, 188, 621)
    assert shapes["cenc_in"] == (35, 188, 621)
    assert shapes["unet_pad"] == (35, 192, 624)  # multiples of 16
    assert shapes["pool_5"] == (32, 96, 312)
    assert shapes["u2_1"] == (96, 12, 39)
    assert shapes["u1u3_2"] == (320, 12, 39)
    assert shapes["up_2"] == (80, 24, 78)
    assert shapes["cat_5"] == (64, 192, 624)
    assert shapes["unet_crop"] == (32, 188, 621)
    assert shapes["out_relu"] == (1, 188, 621)
    assert shapes["disparity"] == (1, 375, 1242)


@pytest.mark.parametrize(
    ("size", "half", "padded"),
    [
        ((64, 96), (32, 48), (32, 48)),
        ((63, 95), (32, 48), (32, 48)),
        ((65, 97), (33, 49), (34, 50)),
        ((1, 1), (1, 1), None),  # too small to mirror
        ((3, 3), (2, 2), (2, 2)),
    ],
)
def test_shapes_of_odd_sizes(small: Graph, size: tuple, half: tuple, padded: tuple | None) -> None:
    if padded is None:
        refused(lambda: small.shapes(*size), "unet_pad: 1x1 is too small to mirror up to")
        return
    shapes = small.shapes(*size)
    assert shapes["cost"] == (24, *half)
    assert shapes["unet_pad"] == (7, *padded)
    assert shapes["unet_crop"] == (4, *half)
    assert shapes["disparity"] == (1, *size)


PADS = [  # multiple, rows, columns → above, below, left, right
    (16, 188, 621, (2, 2, 1, 2)),
    (16, 192, 624, (0, 0, 0, 0)),
    (16, 191, 609, (0, 1, 7, 8)),
    (2, 3, 4, (0, 1, 0, 0)),
    (1, 3, 5, (0, 0, 0, 0)),
]


@pytest.mark.parametrize(("multiple", "rows", "columns", "pads"), PADS)
def test_the_odd_row_or_column_is_padded_last(
    multiple: int, rows: int, columns: int, pads: tuple
) -> None:
    node = ReflectPad("pad", ("rgb",), 3, multiple)
    assert node.pads(rows, columns) == pads
    above, below, left, right = pads
    shape = (3, rows + above + below, columns + left + right)
    assert node.output_shape((3, rows, columns)) == shape


TOO_SMALL = [(16, 5, 16), (16, 16, 5), (2, 1, 2), (2, 2, 1)]  # 5 needs 5 + 6, 1 needs 0 + 1


@pytest.mark.parametrize(("multiple", "rows", "columns"), TOO_SMALL)
def test_a_tensor_too_small_to_mirror_is_refused(multiple: int, rows: int, columns: int) -> None:
    node = ReflectPad("pad", ("rgb",), 3, multiple)
    message = f"pad: {rows}x{columns} is too small to mirror up to multiples of {multiple}"
    refused(lambda: node.output_shape((3, rows, columns)), message)


def test_the_smallest_tensor_that_can_be_mirrored() -> None:
    assert ReflectPad("pad", ("rgb",), 3, 16).output_shape((3, 6, 6)) == (3, 16, 16)  # 5 + 5


MACS = {"paper": (PAPER, 25_560_580_608), "lite": (LITE, 4_947_800_832)}


@pytest.mark.parametrize("preset", MACS)
def test_multiply_accumulates_of_a_kitti_pair(preset: str) -> None:
    config, total = MACS[preset]
    assert sum(build_graph(config.architecture).macs(375, 1242).values()) == total


def test_multiply_accumulates_by_layer() -> None:
    macs = build_graph(PAPER.architecture).macs(375, 1242)
    assert macs["enc0"] == 8_607_596_544  # 384 · 192 · 188 · 621
    assert macs["cenc"] == 1_176_819_840  # 9 · 35 · 32 · 188 · 621
    assert macs["u1u1_1"] == 32_348_160  # 9 · 80 · 96 · 12 · 39
    assert macs["u1u3_2"] == 14_376_960  # 96 · 320 · 12 · 39
    assert macs["out"] == 3_735_936  # 32 · 188 · 621
    assert sum(macs[f"enc{index}"] for index in range(4)) == 11_476_795_392  # 45 %


# --- Formats, ranges and steps -----------------------------------------------------------------

JOINED = [  # first, second, format of both together
    (RELU8, RELU8, Format(8, False, 7)),
    (RELU8, RELU4, Format(8, False, 7)),
    (S8, Format(4, True, 7), Format(8, True, 7)),
    (S8, RELU8, Format(9, True, 7)),  # an unsigned code needs a sign bit beside a signed one
    (RELU8, S8, Format(9, True, 7)),
    (S8, Format(7, False, 7), Format(8, True, 7)),
    (S8, RELU4, Format(8, True, 7)),
    (Format(4, True, 7), Format(16, False, 7), Format(17, True, 7)),
]


@pytest.mark.parametrize(("first", "second", "expected"), JOINED)
def test_format_of_a_concatenation(first: Format, second: Format, expected: Format) -> None:
    nodes = [CentredRgb(name, ("sum",), 3, fmt) for name, fmt in (("a", first), ("b", second))]
    joined = Graph((LEFT, SUM, *nodes, Concat("cat", ("a", "b"), 6)))
    assert joined.format_of("cat") == expected


def test_formats_pass_through(small: Graph) -> None:
    assert small.format_of("left_y") == Format(18, False, 0)
    assert small.format_of("unet_in") == small.format_of("unet_pad") == Format(9, True, 7)
    assert small.format_of("pool_2") == small.format_of("up_2") == RELU8
    assert small.format_of("unet_crop") == RELU8
    assert small.format_of("disparity") == Format(16, False, 8)


def test_an_accumulator_has_no_format(small: Graph) -> None:
    refused(lambda: small.format_of("enc0"), "enc0: an accumulator's step differs by channel")


def test_sources(small: Graph) -> None:
    assert small.sources_of("cost") == ["cost"]
    assert small.sources_of("unet_pad") == ["rgb", "cenc_relu"]
    assert small.sources_of("cat_2") == ["u2_2_relu", "u1u3_2_relu"]
    assert small.sources_of("unet_crop") == ["u1u5_2_relu"]


def test_ranges(small: Graph) -> None:
    assert small.range_of("cost") == [(0, 24), (0, 63), (0, 63)] * 8
    assert small.range_of("rgb") == [(-128, 127)] * 3
    assert small.range_of("enc0_relu") == [(0, 255)] * 6
    assert small.range_of("cenc_in") == [(-128, 127)] * 3 + [(0, 255)] * 4
    assert small.range_of("unet_pad") == [(-128, 127)] * 3 + [(0, 255)] * 4
    assert small.range_of("pool_2") == small.range_of("up_2") == [(0, 255)] * 4
    assert small.range_of("out_relu") == [(0, 16383)]
    known = {"enc0_relu": [(0, 3)] * 6, "enc1_relu": [(1, c) for c in range(1, 5)]}
    assert small.range_of("enc0_relu", known) == [(0, 3)] * 6
    assert small.range_of("cenc_in", known)[3:] == [(1, 1), (1, 2), (1, 3), (1, 4)]
    blocks = {"u1u3_2_relu": [(c, 20 + c) for c in range(16)]}
    assert small.range_of("up_2", blocks) == [(c, 32 + c) for c in range(4)]


def test_ranges_of_costs_with_another_saturation() -> None:
    assert graph(cost(saturation=40)).range_of("cost") == [(0, 24), (0, 40), (0, 40)] * 2


def test_step_groups_of_the_paper() -> None:
    groups = build_graph(PAPER.architecture).step_groups()
    expected = [
        {"rgb", "enc3_relu", "cenc2_relu"},  # joined twice, through rgb
        {"u2_2_relu", "u1u3_2_relu"},
        {"u2_3_relu", "u1u3_3_relu"},
        {"u2_4_relu", "u1u3_4_relu"},
        {"u2_5_relu", "u1u3_5_relu"},
    ]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, expected))


def test_step_groups_that_meet_later_are_one() -> None:
    nodes = [CentredRgb(name, ("sum",), 3, S8) for name in "abcd"]
    pairs = [Concat("ab", ("a", "b"), 6), Concat("cd", ("c", "d"), 6)]
    apart = Graph((LEFT, SUM, *nodes, *pairs))
    assert apart.step_groups() == [{"a", "b"}, {"c", "d"}]
    joined = Graph((*apart.nodes, Concat("bc", ("b", "c"), 6)))
    assert joined.step_groups() == [{"a", "b", "c", "d"}]


def test_nodes_by_name_and_type(small: Graph) -> None:
    assert small["left"] == LEFT
    assert [node.name for node in small.of_type(Concat)] == ["cenc_in", "unet_in", "cat_2"]
    assert [node.name for node in small.of_type(Image, Upsample)] == ["left", "right", "disparity"]


def test_accumulator_widths(small: Graph) -> None:
    bits = {conv.name: 20 + index for index, conv in enumerate(small.of_type(Conv2d))}
    frozen = small.with_accumulators(bits)
    assert {conv.name: conv.acc_bits for conv in frozen.of_type(Conv2d)} == bits
    assert all(conv.acc_bits is None for conv in small.of_type(Conv2d))
    assert frozen.with_accumulators(dict.fromkeys(bits)) == small
