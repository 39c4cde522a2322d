"""Comparing tensors of integers: equal, or where not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


@dataclass(frozen=True)
class Mismatch:
    """The first element in which a back end differs from the reference at a layer."""

    layer: str
    backend: str
    case: str
    count: int
    elements: int
    index: tuple[int, ...]  # channel, row, column
    reference: float
    found: float | str  # no whole number where a back end left its grid; or why there is none
    last_equal: str | None  # the layer before, in the order of the datapath

    def __str__(self) -> str:
        c, y, x = self.index
        before = f"last equal layer {self.last_equal}" if self.last_equal else "no layer before it"
        return (
            f"{self.layer}: {self.count} of {self.elements} differ on {self.case}; first at "
            f"(c{c}, y{y}, x{x}): reference {_text(self.reference)}, {self.backend} "
            f"{_text(self.found)}; "
            f"{before}"
        )


@dataclass
class LayerResult:
    """What was compared at one layer, over all cases and back ends."""

    name: str
    backends: list[str] = field(default_factory=list)
    elements: int = 0
    mismatches: int = 0
    differing: dict[str, int] = field(default_factory=dict)  # mismatches of a back end, if any
    exact_float: bool = False  # proved: float32 holds every value and every partial sum

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


def compare_tensors(
    reference: Mapping[str, IntArray],
    found: Mapping[str, IntArray],
    backend: str,
    case: str,
    results: dict[str, LayerResult],
) -> Mismatch | None:
    """Add the comparison of every tensor that both have to `results`; return the first mismatch."""
    first: Mismatch | None = None
    last_equal: str | None = None
    for name, expected in reference.items():
        if name not in found:
            continue
        result = results[name]
        if backend not in result.backends:
            result.backends.append(backend)
        result.elements += expected.size
        actual = found[name]
        if np.array_equal(expected, actual):
            last_equal = name
            continue
        mismatch = _describe(expected, actual, name, backend, case, last_equal)
        result.mismatches += mismatch.count
        result.differing[backend] = result.differing.get(backend, 0) + mismatch.count
        first = first or mismatch
    return first


def _describe(
    expected: IntArray, actual: IntArray, name: str, backend: str, case: str, before: str | None
) -> Mismatch:
    if expected.shape != actual.shape:
        index: tuple[int, ...] = (0, 0, 0)
        return Mismatch(
            name, f"{backend} of shape {actual.shape}", case, expected.size, expected.size, index,
            0, 0, before,
        )  # fmt: skip
    where = expected != actual
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(where)), where.shape))
    return Mismatch(
        name, backend, case, int(where.sum()), expected.size, index,
        expected[index].item(), actual[index].item(), before,
    )  # fmt: skip


def _text(value: float | str) -> str:
    """A whole number with all its digits."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:g}"
    return str(value)
