"""When each of FINN's layers reads and writes, pixel by pixel, if nothing stops it.

A word a cycle is read or written, as FINN's own cycle counts have it. A read stands where the pixel
is needed, just before the write that needs it: FINN's layers fetch no more than a few words ahead.
"""

from collections.abc import Callable

import numpy as np

from fdscs.accelerator.finn.nodes import FinnGraph, Node
from fdscs.hardware.cycles import Cycles, Schedule


def schedule(graph: FinnGraph, node: Node) -> Schedule:
    """The schedule of `node`; its streams' pixels may be windows of pixels."""
    return TABLE[node.kind](graph, node)


def _words(graph: FinnGraph, names: tuple[str, ...]) -> int:
    return max(graph.streams[name].words for name in names)


def _evenly(pixels: int, cycles: int) -> Cycles:
    return cycles * np.arange(1, pixels + 1, dtype=np.int64) - 1


def _pointwise(graph: FinnGraph, node: Node) -> Schedule:
    cycles = max(_words(graph, node.inputs), _words(graph, node.outputs))
    done = _evenly(graph.streams[node.outputs[0]].pixels, cycles)
    return Schedule(done, done, int(done[-1]) + 1)


def _product(graph: FinnGraph, node: Node) -> Schedule:
    """A window is read in the first pass; output words follow every pass."""
    reads, passes = (_words(graph, names) for names in (node.inputs, node.outputs))
    cycles = reads * passes
    done = _evenly(graph.streams[node.outputs[0]].pixels, cycles)
    return Schedule(done - cycles + reads, done, int(done[-1]) + 1)


def _window(graph: FinnGraph, node: Node) -> Schedule:
    kernel, stride = node.values["kernel"], node.values["stride"]
    if kernel == stride:
        return _blocks(graph, node, kernel)
    if stride != 1:
        raise ValueError(f"{node.name}: windows of {kernel} that move by {stride} have no schedule")
    return _sliding(graph, node, kernel)


def _sliding(graph: FinnGraph, node: Node, kernel: int) -> Schedule:
    """Windows that move by one pixel; each pixel is read just before the first that needs it.

    The buffer holds kernel − 1 rows and a few pixels. A row of windows takes what its words take,
    or what its pixels' words take if these are more.
    """
    (rows, columns), (out_rows, out_columns) = node.size, node.out_size
    pixel, window = _words(graph, node.inputs), _words(graph, node.outputs)
    row = max(out_columns * window, columns * pixel)
    fill = ((kernel - 1) * columns + kernel) * pixel
    out_y, out_x = np.mgrid[:out_rows, :out_columns]
    each = row // out_columns
    writes = fill + out_y * row + (out_x + 1) * each - 1
    y, x = np.mgrid[:rows, :columns]
    first_y, first_x = np.maximum(y - kernel + 1, 0), np.maximum(x - kernel + 1, 0)
    reads = (fill + first_y * row + first_x * each).ravel()
    reads[: fill // pixel] = _evenly(fill // pixel, pixel)
    return Schedule(np.maximum.accumulate(reads), writes.ravel(), int(writes.max()) + 1)


def _blocks(graph: FinnGraph, node: Node, kernel: int) -> Schedule:
    """Windows side by side. Their upper rows are read first; the last with the windows themselves.

    The buffer holds kernel − 1 rows and a few pixels, so that the next upper rows have to wait
    until all windows are out.
    """
    columns, (out_rows, out_columns) = node.size[1], node.out_size
    pixel, window = _words(graph, node.inputs), _words(graph, node.outputs)
    upper = (kernel - 1) * columns * pixel
    each = max(window, kernel * pixel)
    row = upper + out_columns * each
    start = row * np.arange(out_rows, dtype=np.int64)[:, None]
    above = start + _evenly((kernel - 1) * columns, pixel)
    below = start + upper + np.repeat(each * np.arange(out_columns), kernel)
    below += np.tile(_evenly(kernel, pixel), out_columns)
    writes = start + upper + _evenly(out_columns, each)
    return Schedule(np.hstack([above, below]).ravel(), writes.ravel(), out_rows * row)


def _pad(graph: FinnGraph, node: Node) -> Schedule:
    """A word is written in each cycle; inner pixels are read as they pass."""
    top, left, _, _ = node.values["padding"]
    cycles = _words(graph, node.outputs)
    writes = _evenly(node.out_size[0] * node.out_size[1], cycles)
    rows, columns = node.size
    inner = writes.reshape(node.out_size)[top : top + rows, left : left + columns]
    return Schedule(inner.ravel(), writes, int(writes[-1]) + 1)


def _crop(graph: FinnGraph, node: Node) -> Schedule:
    top, left, _, _ = node.values["padding"]
    reads = _evenly(node.size[0] * node.size[1], _words(graph, node.inputs))
    rows, columns = node.out_size
    kept = reads.reshape(node.size)[top : top + rows, left : left + columns]
    return Schedule(reads, kept.ravel(), int(reads[-1]) + 1)


def _reflect_pad(graph: FinnGraph, node: Node) -> Schedule:
    """Row by row: first the rows that the upper border mirrors, then one with each that is written.

    A row is written while it is read, a column more behind than the left border mirrors.
    """
    top, left, _, _ = node.values["padding"]
    (rows, columns), (out_rows, out_columns) = node.size, node.out_size
    words = _words(graph, node.inputs)
    inner = mirrored(np.arange(out_rows) - top, rows)
    needed = np.maximum.accumulate(inner) + 1  # rows read by the end of each output row
    reads, writes = [_evenly(top * columns, words)], []
    now, have = top * columns * words, top
    for row in needed.tolist():
        behind = left + 1 if row > have else 0
        if row > have:
            reads.append(now + _evenly(columns, words))
        writes.append(now + (behind * words) + _evenly(out_columns, words))
        now, have = now + (out_columns + behind) * words, max(row, have)
    return Schedule(np.concatenate(reads), np.concatenate(writes), now)


def mirrored(places: Cycles, size: int) -> Cycles:
    """The place within `size` that each mirrors; the border itself is not repeated."""
    places = np.abs(places)
    return np.where(places >= size, 2 * (size - 1) - places, places)


def _shuffle(graph: FinnGraph, node: Node) -> Schedule:
    """Depth to space: an upper row follows its pixels, the lower comes out of the buffer."""
    rows, columns = node.size
    each = _words(graph, node.outputs)
    half = 2 * columns * each
    start = 2 * half * np.arange(rows, dtype=np.int64)[:, None]
    reads = start + 2 * each * np.arange(columns)
    writes = start + _evenly(4 * columns, each)
    return Schedule(reads.ravel(), writes.ravel(), 2 * half * rows)


def buffered(graph: FinnGraph, node: Node) -> int:
    """Pixels that a layer takes in before its schedule needs them: those of its own buffer's rest.

    A shuffle's holds a row, its size is a power of two, and the row leaves it all at once.
    """
    if node.kind != "OuterShuffle":
        return 0
    words = _words(graph, node.inputs)
    row = node.size[1] * words
    return ((1 << (row - 1).bit_length()) - row) // words


def _front_end(graph: FinnGraph, node: Node) -> Schedule:
    """Whatever makes the partition's inputs, in step; it is as fast as it is allowed to be."""
    writes = _evenly(node.out_size[0] * node.out_size[1], _words(graph, node.outputs))
    return Schedule(writes[:0], writes, int(writes[-1]) + 1)


TABLE: dict[str, Callable[[FinnGraph, Node], Schedule]] = {
    "FrontEnd": _front_end,
    "MVAU": _product,
    "ConvolutionInputGenerator": _window,
    "FMPadding": _pad,
    "Crop": _crop,
    "ReflectPad": _reflect_pad,
    "OuterShuffle": _shuffle,
    "Requant": _pointwise,
    "Thresholding": _pointwise,
    "Pool": _pointwise,
    "StreamingConcat": _pointwise,
    "DuplicateStreams": _pointwise,
    "StreamingDataWidthConverter": _pointwise,
    "StreamingFIFO": _pointwise,
}
