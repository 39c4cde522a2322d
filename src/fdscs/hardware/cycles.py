"""When a process reads and writes: cycles of its loops, pixel by pixel.

A process that waits resumes where it was, so the cycles of an undisturbed run, `reads` and
`writes`, are enough to find any other run.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Cycles = NDArray[np.int64]


def _none() -> Cycles:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Schedule:
    """Cycle at which each input pixel has been read and each output pixel written.

    `cycles` are the iterations of its loops for a frame. `refill` of them only read what the first
    output needs; in RTL `ahead` are the cycles in which that is read of the next frame, if it is
    there, so that the next frame takes as many less.
    """

    reads: Cycles
    writes: Cycles
    cycles: int
    refill: int = 0
    ahead: Cycles = field(default_factory=_none)

    @property
    def interval(self) -> int:
        """Cycles from one frame to the next, each begun when the one before is done."""
        return max(self.cycles, int(self.writes[-1]) + 1)

    @property
    def pace(self) -> int:
        """Cycles from one frame to the next in RTL, where the next one's pixels are there."""
        return self.cycles - self.refill


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
        """Pixels of the input."""
        return self.rows * self.columns


def one_by_one(count: int, cycles: int, start: int = 0) -> Cycles:
    """Pixels one after the other, `cycles` each: the last cycle of each."""
    return start + cycles * np.arange(1, count + 1, dtype=np.int64) - 1


def row_by_row(s: Shape, needed: NDArray[np.int64], write: int) -> Schedule:
    """Before output row i, `needed[i]` input rows have been read; a row takes `write` cycles."""
    read = s.columns * s.words
    row_of = np.searchsorted(needed, np.arange(s.rows), side="right")  # the output row behind it
    starts = read * np.arange(s.rows) + write * row_of
    reads = starts[:, None] + one_by_one(s.columns, s.words)
    outs = read * needed + write * np.arange(len(needed))
    writes = outs[:, None] + one_by_one(s.out_columns, write // s.out_columns)
    return Schedule(reads.ravel(), writes.ravel(), s.rows * read + write * len(needed))


def pixel_by_pixel(s: Shape) -> Schedule:
    """Every word is written in the cycle in which it is read."""
    done = one_by_one(s.pixels, s.words)
    return Schedule(done, done, s.pixels * s.words)


def interleaved(s: Shape) -> Schedule:
    """While a pixel is written the next is read."""
    cycles = max(s.words, s.out_words)
    reads = cycles * np.arange(s.pixels, dtype=np.int64) + s.words - 1
    writes = cycles * np.arange(1, s.pixels + 1, dtype=np.int64) + s.out_words - 1
    return Schedule(reads, writes, (s.pixels + 1) * cycles)
