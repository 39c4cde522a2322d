"""Convolution: `simd` input and `pe` output channels a cycle, for one or two pixels."""

import numpy as np

from fdscs.hardware.cycles import Schedule, Shape, one_by_one
from fdscs.hardware.dataflow import Codes, Folding, Stream, Word
from fdscs.hardware.logic import CONTROL, Sizes, column_bits
from fdscs.hardware.memories import LUTRAM_DEPTH, Memory, lines, small_or_bram
from fdscs.hardware.multipliers import dsps, weights_per_multiplier
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

    def sizes(self, p: Parameters) -> Sizes:
        # Products are split and added by a tree, pairs after pairs; accumulators begin with a bias.
        simd, pe, weight = number(p, "simd"), number(p, "pe"), code(p, "weight").bits
        codes, acc = code(p, "code"), code(p, "acc").bits
        step = weight + codes.bits
        share = min(weights_per_multiplier(weight, codes.bits, codes.signed), pe)
        multiplier = (share - 1) * step + weight + codes.bits + (not codes.signed)
        groups, out_groups = -(-number(p, "inputs") // simd), -(-number(p, "outputs") // pe)
        words = number(p, "kernel") ** 2 * groups * out_groups
        weights = Memory("weights", words, simd * pe * weight, constant=True)
        table = weights.width if small_or_bram(weights) == "lutram" else 0
        banks = -(-words // LUTRAM_DEPTH)
        return {
            CONTROL: 1,
            "window bits": 2 * column_bits(number(p, "max_columns"))
            if number(p, "kernel") > 1
            else 0,
            "address bits": words.bit_length(),
            "table bits": table,
            "bank bits": (banks - 1) * table,
            "code bits": simd * codes.bits,
            "multiplier bits": simd * -(-pe // share) * multiplier,
            "product bits": simd * pe * step,
            "tree bits": pe * _tree_bits(simd, step),
            "accumulator bits": pe * acc,
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


def _tree_bits(count: int, width: int) -> int:
    """Bits of all sums of a tree that adds `count` numbers of `width` bits in pairs."""
    if count == 1:
        return 0
    half = -(-count // 2)
    return half * (width + 1) + _tree_bits(half, width + 1)
