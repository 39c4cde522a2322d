"""Memory of a frame, and what goes into it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.storage.errors import BadInput

Pixels = NDArray[np.uint8]  # (H, W, 3), red, green, blue


class Frame:
    """Buffers of a pair and its disparity, (H, W, 4), (H, W, 4) and (H, W)."""

    def __init__(self, pynq: Any, size: tuple[int, int], colours: str, code_bytes: int) -> None:
        """Allocate them."""
        self.number = 0  # since the board was opened
        self._order = ["rgb".index(each) for each in colours]
        self.left = pynq.allocate((*size, 4), dtype=np.uint8)
        self.right = pynq.allocate((*size, 4), dtype=np.uint8)
        self.disparity = pynq.allocate(size, dtype=np.dtype(f"u{code_bytes}"))

    def fill(self, left: Pixels, right: Pixels) -> None:
        """Put a pair in, for the DMA to read."""
        for buffer, image in ((self.left, left), (self.right, right)):
            for byte, colour in enumerate(self._order):
                buffer[..., byte] = image[..., colour]
            buffer.flush()

    def codes(self) -> NDArray[Any]:
        """The disparity's codes that a DMA wrote, (H, W)."""
        self.disparity.invalidate()
        return np.array(self.disparity)  # the buffer is used again

    def free(self) -> None:
        """Give the memory back."""
        for buffer in (self.left, self.right, self.disparity):
            buffer.freebuffer()


def checked_size(left: Pixels, right: Pixels) -> tuple[int, int]:
    """Rows and columns of a pair; raises BadInput unless it is one of uint8 (H, W, 3)."""
    for side, image in (("left", left), ("right", right)):
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 \
                or image.shape[2] != 3:  # fmt: skip
            found = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image)
            raise BadInput(f"{side}: {found}; give uint8 (H, W, 3), red, green, blue.")
    if left.shape != right.shape:
        raise BadInput(
            f"left is {left.shape[0]}x{left.shape[1]}, right {right.shape[0]}x{right.shape[1]}; "
            "give two rectified views of one size."
        )
    return left.shape[0], left.shape[1]
