"""Channels to pixels."""

from hls_reference.fixed_point import IntArray


def depth_to_space(x: IntArray) -> IntArray:
    """Block-major: out[c, 2y+i, 2x+j] = x[(2i+j)·C + c, y, x], (4C, h, w) → (C, 2h, 2w)."""
    depth, rows, columns = x.shape
    blocks = x.reshape(2, 2, depth // 4, rows, columns)
    return blocks.transpose(2, 3, 0, 4, 1).reshape(depth // 4, 2 * rows, 2 * columns)
