"""Convolution: `simd` input and `pe` output channels a cycle, for one or two pixels."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape, one_by_one
from fdscs.hardware.dataflow import Codes, Folding, Stream, Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import Memory, lines
from fdscs.hardware.multipliers import dsps, sharing
from fdscs.hardware.ops.operation import (
    Operation,
    Parameters,
    Placed,
    Surroundings,
    code,
    number,
)
from fdscs.model import graph as g


class Conv2d(Operation[g.Conv2d]):
    """Lines of the kernel's height wait in memory; weights are read in the order of use."""

    def function(self, op: g.Conv2d, at: Placed) -> str:
        return "conv2d" if _folding(op, at).pixels == 1 else "conv2d_pairs"

    def lanes_read(self, op: g.Conv2d, tensor: str, stream: Stream, around: Surroundings) -> int:
        return around.folding[op.name].simd

    def lanes_written(self, op: g.Conv2d, inputs: list[Stream], around: Surroundings) -> int:
        return around.folding[op.name].pe

    def schedule(self, op: g.Conv2d, at: Placed, s: Shape) -> Schedule:
        return schedule_conv2d(op, _folding(op, at), s)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        kernel, pe, simd = number(p, "kernel"), number(p, "pe"), number(p, "simd")
        groups, out_groups = -(-number(p, "inputs") // simd), -(-number(p, "outputs") // pe)
        width = pe * simd * code(p, "weight").bits
        weights = Memory("weights", kernel**2 * groups * out_groups, width, constant=True)
        columns, word = number(p, "max_columns"), Word(code(p, "code"), simd)
        if function == "conv2d_pairs":  # even and odd columns
            half = 3 * (-(-max(columns, 8) // 2) if kernel > 1 else 1)
            return [weights, *(lines(name, half * groups, word) for name in ("even", "odd"))]
        rows = kernel * max(columns, 6) if kernel > 1 else 4
        return [weights, lines("buffer", rows * groups, word)]

    def products(self, op: g.Conv2d, at: Placed) -> int:
        folding = _folding(op, at)
        return folding.simd * folding.pe * folding.pixels

    def dsps(self, op: g.Conv2d, at: Placed) -> int:
        source = at.inputs[0]
        return dsps(_folding(op, at), op.weight_bits, source.bits, source.signed, at.flow.fabric)

    def sizes(self, function: str, p: Parameters) -> Sizes:
        # As the SystemVerilog is: `sets` of multipliers a lane, whose products are added before
        # they are split; accumulators begin with a bias. Two pixels share weights and biases.
        simd, pe, weight = number(p, "simd"), number(p, "pe"), code(p, "weight").bits
        codes, acc, kernel = code(p, "code"), code(p, "acc").bits, number(p, "kernel")
        pixels = 2 if function == "conv2d_pairs" else 1
        shared = sharing(Folding(simd, pe, pixels), weight, codes.bits, codes.signed)
        sets, fields = -(-pe // shared.outputs), shared.outputs * (2 if shared.four else 1)
        trees = sets * (1 if shared.four else pixels)
        step, columns = weight + codes.bits, number(p, "max_columns")
        product = fields * step + (fields - 1) * shared.levels
        groups, out_groups = -(-number(p, "inputs") // simd), -(-number(p, "outputs") // pe)
        return {
            CONTROL: 1,
            "column bits": 2 * column_bits(columns) if kernel > 1 else 0,
            "ring bits": ((2 * columns + 4) * groups).bit_length() if kernel > 1 else 0,
            "cycle bits": (kernel**2 * groups * out_groups).bit_length(),
            "weight bits": sets * shared.outputs * simd * weight,
            "code bits": pixels * simd * codes.bits,
            "multiplier bits": trees * simd * product,
            "tree bits": trees * _sum_bits(simd, product, fields, step, shared.levels),
            "accumulator bits": pixels * pe * acc,
        }

    def parameters(self, op: g.Conv2d, at: Placed) -> Parameters:
        return {
            "grid": at.output.grid,
            "kernel": op.kernel,
            "code": at.inputs[0].code,
            "inputs": op.in_channels,
            "simd": at.inputs[0].lanes,
            "weight": Codes(op.weight_bits, signed=True),
            "acc": at.output.code,
            "outputs": op.channels,
            "pe": at.output.lanes,
            "max_columns": at.columns,
        }

    def tables(self, op: g.Conv2d) -> tuple[str, ...]:
        return (op.weight, op.bias)


def schedule_conv2d(conv: g.Conv2d, folding: Folding, s: Shape) -> Schedule:
    """The schedule of a convolution by itself.

    As many pixels are read while windows are computed as there are windows: what the first window
    needs of the frame behind is read while the last windows are computed.
    """
    if folding.pixels == 2:
        return _schedule_pairs(conv, folding, s)
    cycles = folding.cycles(conv)
    ahead = 3 if conv.kernel == 1 else s.columns + (s.columns > 1) + 1
    ahead = min(ahead, s.pixels)
    fill = ahead * s.words
    during = fill + cycles * np.arange(s.pixels, dtype=np.int64) + s.words - 1
    own, behind = np.split(during, [s.pixels - ahead])
    reads = np.concatenate([one_by_one(ahead, s.words), own])
    writes = one_by_one(s.pixels, cycles, fill)
    return Schedule(reads, writes, fill + s.pixels * cycles, fill, behind)


def _schedule_pairs(conv: g.Conv2d, folding: Folding, s: Shape) -> Schedule:
    """A second pixel is written in the next pair's first cycles, before new pixels are read."""
    cycles, margin, steps = folding.cycles(conv), conv.kernel // 2, -(-s.columns // 2)
    ahead = min(margin * s.columns + min(margin + 2, s.columns), s.pixels)
    fill = ahead * s.words
    y, x = (each.ravel() for each in np.mgrid[: s.rows, : s.columns])
    start, second = fill + cycles * (y * steps + x // 2), x % 2
    during = start + s.out_words + (1 + second) * s.words - 1
    own, behind = np.split(during, [s.pixels - ahead])
    reads = np.concatenate([one_by_one(ahead, s.words), own])
    writes = start + cycles + second * s.out_words - 1
    whole = int(writes[-1]) + 1
    return Schedule(reads, writes, whole, whole - s.rows * steps * cycles, behind)


def _folding(op: g.Conv2d, at: Placed) -> Folding:
    return at.flow.folding[op.name]


def _sum_bits(count: int, width: int, fields: int, step: int, levels: int) -> int:
    """Bits of all sums of `count` products of `width` bits; 2**`levels` are added before they are
    split into `fields`, of `step` bits and `levels` more, which are added for themselves."""
    if count <= 1 << levels:
        return _tree_bits(count, width)
    parts, field = -(-count >> levels), step + levels
    before = parts * (_tree_bits(1 << levels, width) + fields * field)
    return before + fields * _tree_bits(parts, field)


def _tree_bits(count: int, width: int) -> int:
    """Bits of all sums of a tree that adds `count` numbers of `width` bits in pairs."""
    if count == 1:
        return 0
    half = -(-count // 2)
    return half * (width + 1) + _tree_bits(half, width + 1)
