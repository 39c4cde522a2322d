"""When each process reads and writes: cycles of its loops, pixel by pixel.

The loops are those of hls/ops, an iteration a cycle. A process that waits resumes where it was, so
the cycles of an undisturbed run, `reads` and `writes`, are enough to find any other run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fdscs.hardware.dataflow import ChangeLanes, Dataflow, Folding, Fork, Process
from fdscs.model import graph as g

Cycles = NDArray[np.int64]


@dataclass(frozen=True)
class Schedule:
    """Cycle at which each input pixel has been read and each output pixel written.

    `cycles` are the iterations of its loops for a frame.
    """

    reads: Cycles
    writes: Cycles
    cycles: int

    @property
    def interval(self) -> int:
        """Cycles from one frame to the next."""
        return max(self.cycles, int(self.writes[-1]) + 1)


@dataclass(frozen=True)
class Shape:
    """What a schedule depends on: sizes of input and output, and words a pixel."""

    rows: int
    columns: int
    out_rows: int
    out_columns: int
    words: int  # of an input pixel
    out_words: int

    @property
    def pixels(self) -> int:
        """Of the input."""
        return self.rows * self.columns


def schedule(flow: Dataflow, process: Process, rows: int, columns: int) -> Schedule:
    """The schedule of `process` for images of `rows` × `columns` pixels."""
    output = flow.streams[process.outputs[0]]
    first = flow.streams.get(process.inputs[0])
    size = (rows, columns) if first is None else first.grid.size(rows, columns)
    out_size = output.grid.size(rows, columns)
    words = max((flow.streams[n].words for n in process.inputs if n in flow.streams), default=1)
    if isinstance(process.op, g.Upsample):
        out_size = (rows, columns)
    return TABLE[type(process.op)](flow, process, Shape(*size, *out_size, words, output.words))


def _each(count: int, cycles: int, start: int = 0) -> Cycles:
    """Pixels one after the other, `cycles` each: the last cycle of each."""
    return start + cycles * np.arange(1, count + 1, dtype=np.int64) - 1


def _pointwise(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    done = _each(s.pixels, s.words)
    return Schedule(done, done, s.pixels * s.words)


def _block_sum(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    last_row = 2 * np.arange(s.out_rows) + 1 - s.rows % 2
    last_column = 2 * np.arange(s.out_columns) + 1 - s.columns % 2
    writes = (last_row[:, None] * s.columns + last_column).ravel()
    return Schedule(_each(s.pixels, 1), writes, s.pixels)


def _census(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    y, x = np.mgrid[: s.rows, : s.columns]
    width = s.columns + 2
    return Schedule(
        (y * width + x).ravel(), ((y + 2) * width + x + 2).ravel(), (s.rows + 2) * width
    )


def _cost_volume(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    """Its words are wide and its inputs narrow, so it keeps its reader's pace, and they wait."""
    op = process.op
    assert isinstance(op, g.CostVolume)
    y, x = np.mgrid[: s.rows, : s.columns]
    behind, row = x * s.out_words, s.columns * s.out_words  # within a row, and all of it
    for conv in flow.graph.of_type(g.Conv2d):
        if conv.inputs == (op.name,):
            folding = flow.folding[conv.name]
            pixels = folding.pixels
            cycles = max(folding.cycles(conv), pixels * s.out_words)
            pace = x // pixels * cycles + x % pixels * (cycles // pixels)
            behind, row = np.maximum(behind, pace), max(row, -(-s.columns // pixels) * cycles)
    start_of_row = y * (op.disparities + row)
    start = start_of_row + op.disparities + behind
    reads = np.where(x < op.disparities, start_of_row + x, start)
    cycles = s.rows * (op.disparities + s.columns * s.out_words)
    return Schedule(reads.ravel(), (start + s.out_words - 1).ravel(), cycles)


def _conv2d(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    op = process.op
    assert isinstance(op, g.Conv2d)
    return schedule_conv2d(op, flow.folding[op.name], s)


def schedule_conv2d(conv: g.Conv2d, folding: Folding, s: Shape) -> Schedule:
    """The schedule of a convolution by itself."""
    if folding.pixels == 2:
        return _conv2d_pairs(conv, folding, s)
    cycles = folding.cycles(conv)
    ahead = 3 if conv.kernel == 1 else s.columns + (s.columns > 1) + 1
    ahead = min(ahead, s.pixels)
    fill = ahead * s.words
    during = fill + cycles * np.arange(s.pixels - ahead, dtype=np.int64) + s.words - 1
    reads = np.concatenate([_each(ahead, s.words), during])
    return Schedule(reads, _each(s.pixels, cycles, fill), fill + s.pixels * cycles)


def _conv2d_pairs(conv: g.Conv2d, folding: Folding, s: Shape) -> Schedule:
    """A second pixel is written in the next pair's first cycles, before new pixels are read."""
    cycles, margin, steps = folding.cycles(conv), conv.kernel // 2, -(-s.columns // 2)
    ahead = min(margin * s.columns + min(margin + 2, s.columns), s.pixels)
    fill = ahead * s.words
    y, x = (each.ravel() for each in np.mgrid[: s.rows, : s.columns])
    start, second = fill + cycles * (y * steps + x // 2), x % 2
    during = start + s.out_words + (1 + second) * s.words - 1
    reads = np.concatenate([_each(ahead, s.words), during[: s.pixels - ahead]])
    writes = start + cycles + second * s.out_words - 1
    return Schedule(reads, writes, int(writes[-1]) + 1)


def _interleaved(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    """Concat and ChangeLanes: while a pixel is written the next is read."""
    cycles = max(s.words, s.out_words)
    reads = cycles * np.arange(s.pixels, dtype=np.int64) + s.words - 1
    writes = cycles * np.arange(1, s.pixels + 1, dtype=np.int64) + s.out_words - 1
    return Schedule(reads, writes, (s.pixels + 1) * cycles)


def _max_pool(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    reads = _each(s.pixels, s.words)
    writes = reads.reshape(s.rows, s.columns)[1::2, 1::2].ravel()
    return Schedule(reads, writes, s.pixels * s.words)


def _depth_to_space(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    half = s.words // 2
    row = s.columns * s.words + s.columns * half
    start = row * np.arange(s.rows, dtype=np.int64)[:, None]
    reads = start + _each(s.columns, s.words)
    each = np.arange(s.columns)[:, None] * s.words + np.array([half // 2, half]) - 1
    upper = start + each.ravel()
    lower = start + s.columns * s.words + _each(2 * s.columns, half // 2)
    writes = np.stack([upper, lower], axis=1)
    return Schedule(reads.ravel(), writes.ravel(), s.rows * row)


def _reflect_pad(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    top = (s.out_rows - s.rows) // 2
    inner = np.abs(np.arange(s.out_rows) - top)
    inner = np.where(inner >= s.rows, 2 * (s.rows - 1) - inner, inner)
    return _row_by_row(s, np.maximum.accumulate(inner) + 1, s.out_columns * s.words)


def _row_by_row(s: Shape, needed: NDArray[np.int64], write: int) -> Schedule:
    """Before output row i, `needed[i]` input rows have been read; a row takes `write` cycles."""
    read = s.columns * s.words
    row_of = np.searchsorted(needed, np.arange(s.rows), side="right")  # the output row behind it
    starts = read * np.arange(s.rows) + write * row_of
    reads = starts[:, None] + _each(s.columns, s.words)
    outs = read * needed + write * np.arange(len(needed))
    writes = outs[:, None] + _each(s.out_columns, write // s.out_columns)
    return Schedule(reads.ravel(), writes.ravel(), s.rows * read + write * len(needed))


def _crop(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    reads = _each(s.pixels, s.words)
    top, left = (s.rows - s.out_rows) // 2, (s.columns - s.out_columns) // 2
    kept = reads.reshape(s.rows, s.columns)[top : top + s.out_rows, left : left + s.out_columns]
    return Schedule(reads, kept.ravel(), s.pixels * s.words)


def _upsample(flow: Dataflow, process: Process, s: Shape) -> Schedule:
    """Output rows, cropped at the top and left, follow the half-resolution row below them."""
    behind = (np.arange(s.out_rows) + s.out_rows % 2) // 2
    needed = np.minimum(behind + 2, s.rows)
    return _row_by_row(s, needed, s.out_columns)


TABLE: dict[type, Callable[[Dataflow, Process, Shape], Schedule]] = {
    g.BlockSum: _block_sum,
    g.ColourMix: _pointwise,
    g.CentredRgb: _pointwise,
    g.Census: _census,
    g.CostVolume: _cost_volume,
    g.Conv2d: _conv2d,
    g.Requantise: _pointwise,
    g.Concat: _interleaved,
    g.MaxPool: _max_pool,
    g.DepthToSpace: _depth_to_space,
    g.ReflectPad: _reflect_pad,
    g.Crop: _crop,
    g.Upsample: _upsample,
    Fork: _pointwise,
    ChangeLanes: _interleaved,
}
