"""Coloured point clouds in PLY files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.storage.atomic import replacing
from fdscs.storage.extras import needed_by

VERTEX = [(axis, "<f4") for axis in "xyz"] + [(name, "u1") for name in ("red", "green", "blue")]


def write_cloud(path: Path, points: NDArray[Any], colours: NDArray[Any]) -> None:
    """Write points (N, 3) in metres and colours (N, 3) uint8 as a binary little-endian PLY."""
    with needed_by("a point cloud"):
        from plyfile import PlyData, PlyElement

    vertices = np.empty(len(points), VERTEX)
    for column, (name, _) in enumerate(VERTEX):
        vertices[name] = points[:, column] if column < 3 else colours[:, column - 3]
    with replacing(path) as temporary:
        PlyData([PlyElement.describe(vertices, "vertex")], byte_order="<").write(str(temporary))
