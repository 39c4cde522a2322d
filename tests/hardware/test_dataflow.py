"""The graph as processes and streams."""

import re

import pytest

from fdscs.accelerator.hls.project import LIBRARY
from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import (
    ChangeLanes,
    Dataflow,
    Folding,
    Fork,
)
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.model.config import Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import OPS, Conv2d, Graph, Image, InvalidGraph

SMALL = Architecture(disparities=4, encoder=(6, 5), context=(4,), unet=(4, 6, 8))


@pytest.fixture(scope="module")
def graph() -> Graph:
    """With accumulators of a declared width."""
    plain = build_graph(SMALL, Precision())
    return plain.with_accumulators({conv.name: 24 for conv in plain.of_type(Conv2d)})


@pytest.fixture(scope="module")
def flow(graph: Graph) -> Dataflow:
    """Every layer one by one, but for enc0."""
    folding = {conv.name: Folding(1, 1) for conv in graph.of_type(Conv2d)}
    return build_dataflow(graph, {**folding, "enc0": Folding(6, 4)}, 64)


def test_every_stream_has_one_writer_and_one_reader(flow: Dataflow) -> None:
    written = [name for process in flow.processes for name in process.outputs]
    read = [name for process in flow.processes for name in process.inputs]
    assert sorted(written) == sorted(flow.streams)
    assert sorted(read) == sorted({*flow.streams, "left", "right"} - {"disparity"})


def test_every_process_reads_streams_that_earlier_ones_write(flow: Dataflow) -> None:
    there = {"left", "right"}
    for process in flow.processes:
        assert set(process.inputs) <= there
        there |= set(process.outputs)


def test_every_operation_is_a_process(flow: Dataflow, graph: Graph) -> None:
    made = {process.name for process in flow.processes if not isinstance(process.op, Fork)}
    assert {node.name for node in graph.nodes if not isinstance(node, Image)} <= made


def test_every_operation_is_known_to_hardware_in_a_file_of_its_name() -> None:
    assert set(TABLE) == {*OPS.values(), Fork, ChangeLanes} - {Image}
    for kind, operation in TABLE.items():
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()
        assert type(operation).__module__ == f"fdscs.hardware.ops.{name}"


def test_parameters_are_those_of_the_hls_functions_in_their_order(flow: Dataflow) -> None:
    """By name, or by its first letter; so that no argument can change places."""
    seen = set()
    for process in flow.processes:
        operation, at = TABLE[type(process.op)], placed(flow, process)
        function = operation.function(process.op, at)
        text = (LIBRARY / "ops" / f"{function}.h").read_text()
        template = re.search(rf"template <([^>]*)>\s*void {function}\(", text)
        assert template is not None, function
        names = [part.split()[1] for part in template[1].split(",")]
        ours = list(operation.parameters(process.op, at))
        assert len(names) == len(ours), function
        for theirs, name in zip(names, ours, strict=True):
            assert theirs.lower() == name or theirs == name[0].upper(), function
        seen.add(function)
    assert len(seen) >= len(TABLE) - 1


def test_streams_agree_with_both_ends(flow: Dataflow, graph: Graph) -> None:
    for process in flow.processes:
        op = process.op
        sources = [flow.streams[name] for name in process.inputs if name in flow.streams]
        output = flow.streams[process.outputs[0]]
        if isinstance(op, Conv2d):
            folding = flow.folding[op.name]
            assert (sources[0].lanes, output.lanes) == (folding.simd, folding.pe)
            assert (output.bits, output.signed) == (24, True)
        elif isinstance(op, Fork):
            assert all(flow.streams[name].lanes == sources[0].lanes for name in process.outputs)
        elif not isinstance(op, ChangeLanes):
            assert [source.tensor for source in sources] == [
                name for name in op.reads if name in graph.shapes(16, 16)
                and not isinstance(graph[name], Image)
            ]  # fmt: skip


def test_sizes_are_those_of_the_graph(flow: Dataflow, graph: Graph) -> None:
    for rows, columns in ((16, 24), (17, 31), (50, 63)):
        shapes = graph.shapes(rows, columns)
        for stream in flow.streams.values():
            if stream.tensor != "disparity":
                assert stream.grid.size(rows, columns) == shapes[stream.tensor][1:]


def test_regions_hold_every_process_once(flow: Dataflow) -> None:
    front, network, back = flow.regions()
    assert [*front, *network, back] == sorted(
        flow.processes, key=lambda p: (p not in front, p is back, flow.processes.index(p))
    )
    assert back.name == "disparity"
    crossing = {n for p in front for n in p.outputs} & {n for p in network for n in p.inputs}
    assert crossing == {"cost", "rgb"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"enc0": Folding(13, 1)}, "enc0: SIMD 13 x PE 1 is beyond its channels"),
        ({"enc1": Folding(1, 0)}, "enc1: SIMD 1 x PE 0 is beyond its channels"),
        ({"enc1": Folding(1, 1, 3)}, "enc1: SIMD 1 x PE 1 for 3 pixels at once: 1 and 2 are"),
        (
            {"out": Folding(4, 1, 2)},
            "out: .* 1 cycles to write a second pixel are not fewer than the 1",
        ),
        (
            {"out": Folding(1, 1, 2)},
            "out: .* 1 words to write and 8 to read are more than the 4 cycles",
        ),
        ({"nothing": Folding(1, 1)}, "must name every convolution, and no other"),
    ],
)
def test_refuses_what_it_cannot_fold(
    flow: Dataflow, graph: Graph, change: dict[str, Folding], said: str
) -> None:
    with pytest.raises(InvalidGraph, match=said):
        build_dataflow(graph, {**flow.folding, **change}, 64)


def test_refuses_images_narrower_than_the_disparities(flow: Dataflow, graph: Graph) -> None:
    with pytest.raises(InvalidGraph, match="7 columns are below the disparity range"):
        build_dataflow(graph, flow.folding, 7)
