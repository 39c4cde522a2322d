"""The blocks of an image side by side, on as many threads as NumPy's BLAS has.

Left to itself BLAS shares out every product, whose threads then wait for each other hundreds of
times a layer, and all that lies between the products runs on one thread.
"""

import ctypes
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]  # linked with BLAS


def for_each(function: Callable[[Any], None], items: Iterable[Any]) -> None:
    """Call `function` on every item, in any order; raises what it raises.

    BLAS has one thread meanwhile. Where its threads cannot be set, the items take their turns.
    """
    blas = _openblas()
    count = blas.get_num_threads() if blas else 1
    waiting = iter(list(items))  # of a list, so that two threads may take from it at once

    def work() -> None:
        for item in waiting:
            function(item)

    if blas is None or count == 1:
        work()
        return
    blas.set_num_threads(1)
    try:
        with ThreadPoolExecutor(count) as pool:
            for done in [pool.submit(work) for _ in range(count)]:
                done.result()
    finally:
        blas.set_num_threads(count)


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
