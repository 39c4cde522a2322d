"""Which images a network takes."""

import numpy as np
from numpy.typing import NDArray

from fdscs.model.graph import Graph, InvalidGraph
from fdscs.storage.errors import BadInput

Image = NDArray[np.uint8]

DEFAULT_SIZE = (375, 1242)  # rows, columns of a KITTI image


def check_images(graph: Graph, left: Image, right: Image) -> None:
    """Raise BadInput unless the datapath can take the two images."""
    if left.shape != right.shape:
        raise BadInput(
            f"left is {left.shape[0]}x{left.shape[1]} but right is "
            f"{right.shape[0]}x{right.shape[1]}; both views must have the same size."
        )
    check_size(graph, *left.shape[:2])


def check_size(graph: Graph, rows: int, columns: int) -> None:
    """Raise BadInput unless the datapath can take images of `rows` × `columns` pixels."""
    disparities = graph.disparities
    if (columns + 1) // 2 < disparities:
        raise BadInput(
            f"the images are {columns} pixels wide; this network's {disparities} disparities at "
            f"half resolution need at least {2 * disparities - 1}; give wider ones."
        )
    try:
        graph.shapes(rows, columns)
    except InvalidGraph as error:
        raise BadInput(f"images of {rows}x{columns} pixels are not supported: {error}.") from error
