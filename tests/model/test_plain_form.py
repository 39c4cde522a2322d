"""The plain form of a graph, in which it is written to files and read without trust."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fdscs.model.config import PAPER, Architecture, Config
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import (
    OPS,
    Conv2d,
    Format,
    Graph,
    Image,
    InvalidGraph,
    graph_from_json,
)

U8 = Format(8, False, 0)
LEFT = Image("left", (), 3, U8)
SMALL = Architecture(disparities=8, encoder=(6, 4), context=(4,), unet=(4, 6))


def frozen(config: Config) -> Graph:
    made = build_graph(config.architecture, config.precision)
    return made.with_accumulators({conv.name: 24 for conv in made.of_type(Conv2d)})


@pytest.mark.parametrize("make", [lambda: build_graph(SMALL), lambda: frozen(PAPER)])
def test_the_plain_form_is_read_back(make: Callable[[], Graph]) -> None:
    original = make()
    read = graph_from_json(json.loads(json.dumps(original.to_json())))
    assert read == original
    assert read.digest() == original.digest()


def test_the_plain_form_of_a_node() -> None:
    assert Graph((LEFT,)).to_json() == [
        {
            "op": "Image",
            "name": "left",
            "inputs": (),
            "channels": 3,
            "format": {"bits": 8, "signed": False, "frac": 0},
        }
    ]


def other(name: str, value: Any) -> list[Any]:
    """Values that differ from `value`, which is that of the field `name`, one for each part."""
    if isinstance(value, Format):
        return [
            replace(value, bits=value.bits + 1),
            replace(value, signed=not value.signed),
            replace(value, frac=value.frac + 1),
        ]
    if isinstance(value, tuple):
        changed = ["z"] if name == "inputs" else [99]
        return [value[:i] + tuple(changed) + value[i + 1 :] for i in range(len(value))]
    if isinstance(value, str):
        return [value + "z"]
    return [{1: 3, 3: 1}[value] if name == "kernel" else (value or 0) + 1]


@pytest.mark.parametrize("op", OPS)
def test_the_digest_depends_on_every_field(op: str) -> None:
    original = frozen(PAPER)
    node = original.of_type(OPS[op])[0]
    digests = {original.digest()}
    count = 1
    for each in fields(node):
        for value in other(each.name, getattr(node, each.name)):
            changed = replace(node, **{each.name: value})
            nodes = tuple(changed if kept is node else kept for kept in original.nodes)
            graph = object.__new__(Graph)  # unchecked: most of these changes alone are invalid
            object.__setattr__(graph, "nodes", nodes)
            digests.add(graph.digest())
            count += 1
    assert len(digests) == count > 3


def test_the_digest_depends_on_the_order_and_number_of_nodes() -> None:
    right = Image("right", (), 3, U8)
    graphs = [Graph(nodes) for nodes in ((LEFT, right), (right, LEFT), (LEFT,), ())]
    assert len({each.digest() for each in graphs}) == 4


IMAGE = {
    "op": "Image",
    "name": "left",
    "inputs": [],
    "channels": 3,
    "format": {"bits": 8, "signed": False, "frac": 0},
}
SUMS = {**IMAGE, "op": "BlockSum", "name": "sum", "inputs": ["left"]}
MIX = {**SUMS, "op": "ColourMix", "channels": 1, "coefficients": [77, 150, 29], "shift": 0}
COST = {
    **SUMS, "op": "CostVolume", "inputs": ["left"] * 6, "channels": 6, "disparities": 2,
    "saturation": 63,
}  # fmt: skip
CONVOLUTION = {
    "op": "Conv2d", "name": "conv", "inputs": ["left"], "channels": 4, "in_channels": 3,
    "kernel": 3, "weight_bits": 8, "acc_bits": None,
}  # fmt: skip
PAD = {"op": "ReflectPad", "name": "pad", "inputs": ["left"], "channels": 3, "multiple": 16}


@pytest.mark.parametrize("entry", [SUMS, MIX, COST, CONVOLUTION, PAD])
def test_plain_nodes_are_read(entry: dict[str, Any]) -> None:
    assert [node.name for node in graph_from_json([IMAGE, entry]).nodes] == ["left", entry["name"]]


GARBAGE = [
    (None, "a graph is a list of nodes"),
    ({}, "a graph is a list of nodes"),
    ("graph", "a graph is a list of nodes"),
    ([None], "unknown node None"),
    ([[]], "unknown node []"),
    ([{}], "unknown node {}"),
    ([{"op": "Sort"}], "unknown node {'op': 'Sort'}"),
    ([{"op": "Formatted"}], "unknown node"),
    ([{"op": "Image"}], "the fields of Image are name, inputs, channels, format"),
    ([{**IMAGE, "extra": 1}], "left: the fields of Image are"),
    ([{key: value for key, value in IMAGE.items() if key != "format"}], "left: the fields of"),
    ([{**IMAGE, "name": None}], "None is no name"),
    ([{**IMAGE, "name": 5}], "5 is no name"),
    ([{**IMAGE, "name": []}], "is no name"),
    ([{**IMAGE, "inputs": None}], "left: inputs is None"),
    ([{**IMAGE, "inputs": 7}], "left: inputs is 7"),
    ([{**IMAGE, "channels": "3"}], "left: channels is '3'"),
    ([{**IMAGE, "format": None}], "left: "),
    ([{**IMAGE, "format": [8, False, 0]}], "left: "),
    ([{**IMAGE, "format": {}}], "left: "),
    ([{**IMAGE, "format": {"bits": 8, "signed": False}}], "left: "),
    ([{**IMAGE, "format": {"bits": 8, "signed": 0, "frac": 0}}], "signed must be true or false"),
    ([{**IMAGE, "format": {"bits": 99, "signed": False, "frac": 0}}], "99 bits"),
    ([IMAGE, IMAGE], "left: two nodes of this name"),
    ([SUMS], "sum: reads left, which no node makes"),
    ([IMAGE, {**SUMS, "inputs": "left"}], "sum: inputs is 'left'"),
    ([IMAGE, {**CONVOLUTION, "kernel": 5}], "conv: kernel 5"),
    ([IMAGE, {**CONVOLUTION, "kernel": []}], "conv: kernel is ()"),
    ([IMAGE, {**CONVOLUTION, "weight_bits": "8"}], "conv: weight_bits is '8'"),
]


@pytest.mark.parametrize(("data", "message"), GARBAGE)
def test_garbage_is_refused(data: Any, message: str) -> None:
    with pytest.raises(InvalidGraph, match=re.escape(message)):
        graph_from_json(data)


WRONG_TYPES = {
    "op is a list": [{"op": []}],
    "op is an object": [{"op": {}}],
    "no inputs as an object": [{**IMAGE, "inputs": {}}],
    "an input is a list": [IMAGE, {**SUMS, "inputs": [["left"]]}],
    "inputs as an object": [IMAGE, {**SUMS, "inputs": {"left": 0}}],
    "no coefficients": [IMAGE, {**MIX, "coefficients": None}],
    "two coefficients": [IMAGE, {**MIX, "coefficients": [1, 2]}],
    "negative shift": [IMAGE, {**MIX, "shift": -1}],
    "saturation as text": [IMAGE, {**COST, "saturation": "63"}],
    "negative saturation": [IMAGE, {**COST, "saturation": -1}],
    "no disparities": [IMAGE, {**COST, "disparities": None}],
    "kernel true": [IMAGE, {**CONVOLUTION, "kernel": True}],
    "kernel 3.0": [IMAGE, {**CONVOLUTION, "kernel": 3.0}],
    "weight bits 8.5": [IMAGE, {**CONVOLUTION, "weight_bits": 8.5}],
    "accumulator bits as text": [IMAGE, {**CONVOLUTION, "acc_bits": "24"}],
    "no accumulator bits": [IMAGE, {**CONVOLUTION, "acc_bits": 0}],
    "multiples of 0": [IMAGE, {**PAD, "multiple": 0}],
    "multiple as text": [IMAGE, {**PAD, "multiple": "16"}],
}


@pytest.mark.parametrize("case", WRONG_TYPES)
def test_wrong_types_are_refused(case: str) -> None:
    with pytest.raises(InvalidGraph):
        graph_from_json(WRONG_TYPES[case])


TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXT, part, max_size=4),
    max_leaves=8,
)
FORMATS = st.fixed_dictionaries(
    {"bits": st.integers(0, 33), "signed": st.booleans(), "frac": st.integers(-65, 65)}
)


@st.composite
def nodes_with_any_values(draw: st.DrawFn) -> dict[str, Any]:
    """A node of some operation, with all its fields, each of them anything."""
    op = draw(st.sampled_from(sorted(OPS)))
    values = {each.name: draw(JSON) for each in fields(OPS[op])}
    if "format" in values and draw(st.booleans()):
        values["format"] = draw(FORMATS)
    return {"op": op, **values}


def survives(data: Any) -> None:
    """Reading `data` gives a graph or raises InvalidGraph; any other exception fails the test."""
    try:
        graph_from_json(data)
    except InvalidGraph as error:
        assert str(error)


FUZZ = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@FUZZ
@given(JSON | st.lists(JSON) | st.lists(nodes_with_any_values(), max_size=3))
def test_any_json_is_a_graph_or_refused(data: Any) -> None:
    survives(data)


@st.composite
def damaged_graphs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A valid graph with one value anywhere replaced by anything."""
    data = json.loads(json.dumps(build_graph(SMALL).to_json()))
    place: Any = draw(st.sampled_from(data))
    key = draw(st.sampled_from(sorted(place)))
    if isinstance(place[key], dict) and draw(st.booleans()):
        place = place[key]
        key = draw(st.sampled_from(sorted(place)))
    place[key] = draw(JSON)
    return data


@FUZZ
@given(damaged_graphs())
def test_one_wrong_value_gives_a_graph_or_is_refused(data: Any) -> None:
    survives(data)
