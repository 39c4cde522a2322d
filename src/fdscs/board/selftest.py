"""Golden vectors against what comes from a board."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fdscs.board.errors import BoardError
from fdscs.storage.errors import BadInput
from fdscs.storage.npz import read_npz

if TYPE_CHECKING:
    from fdscs.board.driver import Board

VECTORS = "vectors.npz"
Vector = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]  # left, right, codes of the disparity


def read_vectors(path: Path) -> list[Vector]:
    """Pairs, uint8 (H, W, 3), and the codes (H, W) that the integer reference gives for them.

    Arrays left_N, right_N and disparity_N, N from 0 on. Raises BadInput for anything else.
    """
    found = read_npz(path)
    count = len(found) // 3
    names = {f"{each}_{i}" for each in ("left", "right", "disparity") for i in range(count)}
    if not count or names != found.keys():
        raise BadInput(f"{path}: not left_N, right_N, disparity_N; copy it from the kit again.")
    for i in range(count):
        if found[f"left_{i}"].shape[:2] != found[f"disparity_{i}"].shape:
            raise BadInput(f"{path}: disparity_{i} is of another size; copy it from the kit again.")
    return [(found[f"left_{i}"], found[f"right_{i}"], found[f"disparity_{i}"])
            for i in range(count)]  # fmt: skip


def self_test(board: "Board", path: Path) -> str:
    """Run each pair of `path` by itself, then all of them in flight; what was found, in a line.

    Only the output can be seen on a board: raises BoardError that names its first pixel that
    differs.
    """
    vectors = read_vectors(path)
    pixels = 0
    for name, codes in _runs(board, vectors):
        expected = vectors[name % len(vectors)][2]
        if not np.array_equal(codes, expected):
            raise BoardError(_difference(name, codes, expected))
        pixels += codes.size
    return f"bit-exact: {2 * len(vectors)} frames, {pixels:,} pixels, all equal"


def _runs(board: "Board", vectors: list[Vector]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Numbers of frames, and codes."""
    for i, (left, right, _) in enumerate(vectors):
        yield i, board.codes(left, right)
    scale = np.float32(1 << board.description.fraction)
    found = board.batch((left, right) for left, right, _ in vectors)
    for i, disparity in enumerate(found, len(vectors)):
        yield i, (disparity * scale).astype(np.int64)


def _difference(number: int, codes: NDArray[Any], expected: NDArray[Any]) -> str:
    different = np.argwhere(codes != expected)
    row, column = map(int, different[0])
    return (
        f"frame {number}: {len(different)} of {codes.size} pixels differ, first at row {row}, "
        f"column {column}: {codes[row, column]}, expected {expected[row, column]}; simulate the "
        "kit's project (make -C rtl simulate): if that is bit-exact, timing was not met or memory "
        "is at fault."
    )
