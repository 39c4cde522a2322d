"""Costs of every disparity: the right view's features wait in registers, one a disparity."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape
from fdscs.hardware.dataflow import Stream
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, Surroundings, code, number
from fdscs.model import graph as g

COSTS = 3  # of a disparity


class CostVolume(Operation[g.CostVolume]):
    """Its words are wide and its inputs narrow, so it keeps its reader's pace, and they wait."""

    def lanes_written(self, op: g.CostVolume, inputs: list[Stream], around: Surroundings) -> int:
        simd = around.simd_behind(op)  # whole disparities, as its reader wants them
        return simd if simd % COSTS == 0 else COSTS * max(1, simd // COSTS)

    def schedule(self, op: g.CostVolume, at: Placed, s: Shape) -> Schedule:
        y, x = np.mgrid[: s.rows, : s.columns]
        behind, row = x * s.out_words, s.columns * s.out_words  # within a row, and all of it
        for conv in at.flow.graph.of_type(g.Conv2d):
            if conv.inputs == (op.name,):
                folding = at.flow.folding[conv.name]
                pixels = folding.pixels
                cycles = max(folding.cycles(conv), pixels * s.out_words)
                pace = x // pixels * cycles + x % pixels * (cycles // pixels)
                behind, row = np.maximum(behind, pace), max(row, -(-s.columns // pixels) * cycles)
        start_of_row = y * (op.disparities + row)
        start = start_of_row + op.disparities + behind
        reads = np.where(x < op.disparities, start_of_row + x, start)
        cycles = s.rows * (op.disparities + s.columns * s.out_words)
        return Schedule(reads.ravel(), (start + s.out_words - 1).ravel(), cycles)

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # A right pixel's features for each disparity move by one place or by a word's; those of a
        # word's disparities are chosen between two left pixels and compared.
        features = sum(code(p, name).bits for name in ("bits", "u", "v"))
        group = number(p, "lanes") // COSTS
        places = -(-number(p, "disparities") // group) * group
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "feature bits": features,
            "place bits": places * features,
            "compared bits": group * features,
        }

    def parameters(self, op: g.CostVolume, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "disparities": op.disparities,
            "saturation": op.saturation,
            "bits": at.inputs[0].code,
            "u": at.inputs[2].code,
            "v": at.inputs[4].code,
            "cost": at.output.code,
            "lanes": at.output.lanes,
            "max_columns": at.columns,
        }
