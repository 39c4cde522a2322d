"""Made-up pairs, as test_view.sv makes them: flat surfaces before a wall, textures of noise."""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

SCENES = 4
# Of the surfaces, the nearest first, and the wall: in sixteenths of the largest disparity, of the
# columns and of the rows.
DISPARITY = (10, 7, 5, 3, 1)
LEFT, END = (9, 3, 10, 5), (12, 7, 15, 9)
TOP, BOTTOM = (8, 6, 1, 2), (14, 13, 7, 6)
FIRST_FACTOR, SECOND_FACTOR = 40503, 25173
OF_SURFACE, OF_SCENE, COARSE = 9973, 14221, 31337
WORD = 0xFFFF


def disparities(most: int) -> tuple[int, ...]:
    """Disparity of each surface and of the wall, px at full resolution; `most` is the largest."""
    return tuple(most * each // 16 for each in DISPARITY)


def view(rows: int, columns: int, most: int, scene: int, right: bool) -> tuple[Image, Image]:
    """One view of a scene: pixels (rows, columns, 3) and the disparity of each (rows, columns)."""
    y, x = np.mgrid[:rows, :columns]
    moved = columns // 32 * scene
    found = disparities(most)
    surface = np.full((rows, columns), len(found) - 1)
    for k in reversed(range(len(found) - 1)):
        at = x + (found[k] if right else 0) - moved
        across = (at >= columns * LEFT[k] // 16) & (at < columns * END[k] // 16)
        down = (y >= rows * TOP[k] // 16) & (y < rows * BOTTOM[k] // 16)
        surface[across & down] = k
    disparity = np.array(found)[surface]
    u = x + (disparity if right else 0)
    fine = _noise(u >> 1, y >> 1, surface, scene, 0)
    coarse = _noise(u >> 3, y >> 3, surface, scene, COARSE)
    channels = [32 + 4 * (coarse >> 5 * c & 31) + 2 * (fine >> 5 * c & 31) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8), disparity.astype(np.uint8)


def pair(rows: int, columns: int, most: int, scene: int) -> tuple[Image, Image]:
    """The left and the right view of a scene."""
    left, right = (view(rows, columns, most, scene, each)[0] for each in (False, True))
    return left, right


def _noise(
    cell_x: NDArray[np.int64], cell_y: NDArray[np.int64], surface: NDArray[np.int64], scene: int,
    start: int,
) -> NDArray[np.int64]:  # fmt: skip
    """16 bits that depend on the cell, the surface and the scene."""
    word = (cell_x ^ (cell_y << 8)) + OF_SURFACE * surface + OF_SCENE * scene + start & WORD
    word = word * FIRST_FACTOR & WORD
    word = (word ^ word >> 7) * SECOND_FACTOR & WORD
    return word ^ word >> 9
