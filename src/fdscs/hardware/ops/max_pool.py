"""Largest of 2×2: a row of maxima of two waits for the row below."""

from dataclasses import replace

from fdscs.hardware.cycles import Schedule, Shape, one_by_one
from fdscs.hardware.dataflow import Grid, Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.ops.operation import Operation, Parameters, Placed, code, number
from fdscs.model import graph as g


class MaxPool(Operation[g.MaxPool]):
    """Reads a word a cycle."""

    def grid(self, op: g.MaxPool, source: Grid) -> Grid:
        return replace(source, level=source.level + 1)

    def schedule(self, op: g.MaxPool, at: Placed, s: Shape) -> Schedule:
        reads = one_by_one(s.pixels, s.words)
        writes = reads.reshape(s.rows, s.columns)[1::2, 1::2].ravel()
        return Schedule(reads, writes, s.pixels * s.words)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        groups = -(-number(p, "channels") // number(p, "lanes"))
        depth = (number(p, "max_columns") // 2 + 1) * groups
        return [lines("above", depth, Word(code(p, "code"), number(p, "lanes")))]

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # Every bit of a word is compared twice; the words of a pixel wait for those beside.
        bits = number(p, "lanes") * code(p, "code").bits
        return {
            CONTROL: 1,
            "column bits": column_bits(number(p, "max_columns")),
            "word bits": bits,
            "pixel bits": -(-number(p, "channels") // number(p, "lanes")) * bits,
        }

    def parameters(self, op: g.MaxPool, at: Placed) -> Parameters:
        return {
            "grid": at.inputs[0].grid,
            "code": at.output.code,
            "channels": op.channels,
            "lanes": at.output.lanes,
            "max_columns": at.columns_in,
        }
