"""UltraRAM takes FIFOs and line buffers, and every count follows."""

from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import Dataflow
from fdscs.hardware.folding import fold
from fdscs.hardware.placement import kind, memories, with_ultra_ram
from fdscs.hardware.resources import process_costs, total
from fdscs.hardware.timing import time_frame, with_safe_depths
from fdscs.model.config import PRESETS, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d


def lite_flow() -> Dataflow:
    """`lite` for 640×480."""
    graph = build_graph(PRESETS["lite"].architecture, Precision())
    graph = graph.with_accumulators({conv.name: 24 for conv in graph.of_type(Conv2d)})
    return with_safe_depths(build_dataflow(graph, fold(graph, 480, 640, 4_000_000), 640))


def test_as_many_ultra_rams_as_there_are() -> None:
    flow = lite_flow()
    timing = time_frame(flow, 480, 640)
    before = total(process_costs(flow, timing))
    assert before.urams == 0
    for urams in (1, 12, 40, 400):
        placed = with_ultra_ram(flow, urams)
        usage = total(process_costs(placed, timing))
        assert 0 < usage.urams <= urams
        assert usage.brams <= before.brams - 2 * usage.urams
    assert placed.ultra  # line buffers too


def test_tables_stay_out_of_ultra_ram() -> None:
    flow = with_ultra_ram(lite_flow(), 400)
    for process in flow.processes:
        for memory in memories(flow, process):
            made_of = kind(flow, process, memory)
            assert made_of != "uram" or not memory.constant
            assert (made_of == "uram") == (process.name in flow.ultra and not memory.constant)
