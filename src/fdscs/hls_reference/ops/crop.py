"""The inner part of a padded tensor."""

from fdscs.hls_reference.fixed_point import IntArray


def crop(x: IntArray, rows: int, columns: int) -> IntArray:
    """Take off floor(p/2) of the p extra rows above and the rest below; columns likewise."""
    top, left = (x.shape[1] - rows) // 2, (x.shape[2] - columns) // 2
    return x[:, top : top + rows, left : left + columns]
