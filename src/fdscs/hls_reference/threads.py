"""The blocks of an image side by side, on as many threads as NumPy's BLAS has.

Left to itself BLAS shares out every product, whose threads then wait for each other hundreds of
times a layer, and all that lies between the products runs on one thread.
"""

import ctypes
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from typing import Any

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]  # linked with BLAS
from numpy.typing import NDArray

PIECE = 1 << 20  # values: less is not worth a thread's while


def for_each(function: Callable[[Any], None], items: Iterable[Any]) -> None:
    """Call `function` on every item, in any order; raises what it raises.

    This thread takes its share. BLAS has one thread meanwhile; where its threads cannot be set, the
    items take their turns.
    """
    listed = list(items)
    waiting = iter(listed)  # of a list, so that two threads may take from it at once

    def work() -> None:
        for item in waiting:
            function(item)

    blas, count = _openblas(), thread_count()
    if blas is None or min(count, len(listed)) < 2:
        work()
        return
    blas.set_num_threads(1)
    others = []
    try:
        others = [_pool(os.getpid()).submit(work) for _ in range(count - 1)]
        work()
    finally:
        wait(others)
        blas.set_num_threads(count)
    for other in others:
        other.result()


def thread_count() -> int:
    """How many threads `for_each` shares its items out to."""
    blas = _openblas()
    return blas.get_num_threads() if blas else 1


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of a process, kept: they take as long to start as a layer; a fork has none."""
    return ThreadPoolExecutor()


def pieces(x: NDArray[Any]) -> list[slice]:
    """Shares of the first axis of `x`, which is not empty: PIECE values at most, or one row."""
    return [slice(None)] if x.size <= PIECE else shares(len(x), max(1, PIECE // x[0].size))


def shares(length: int, most: int) -> list[slice]:
    """Cuts of range(length) of at most `most`, about alike, and as many for every thread."""
    threads = thread_count()
    count = min(length, -(-length // (most * threads)) * threads)
    edges = [length * i // count for i in range(count + 1)]
    return [slice(*edge) for edge in pairwise(edges)]


class _OpenBlas:
    """How many threads OpenBLAS has; AttributeError where the library is another one."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.get_num_threads = library.scipy_openblas_get_num_threads64_
        self.set_num_threads = library.scipy_openblas_set_num_threads64_


@cache
def _openblas() -> _OpenBlas | None:
    """The BLAS of NumPy's wheels, or None."""
    try:
        return _OpenBlas(ctypes.CDLL(_multiarray_umath.__file__))
    except (AttributeError, OSError):
        return None
