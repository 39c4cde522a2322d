"""Videos, frame by frame, as OpenCV reads them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fdscs.stereo_datasets.images import MAX_PIXELS
from fdscs.stereo_datasets.pair import Picture
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

VIDEOS = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v")


class Video:
    """A video file; `count` is the number of its frames where the file says it, else None.

    Raises BadInput for a file that is no video, and for frames beyond MAX_PIXELS.
    """

    def __init__(self, path: Path) -> None:
        with needed_by("a video"):
            import cv2

        self.path = path
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise BadInput(f"{path}: cannot be read as a video; give an .mp4 of H.264 or MPEG-4.")
        rows, columns, count = (
            int(self._capture.get(key))
            for key in (
                cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_COUNT
            )
        )  # fmt: skip
        if rows * columns > MAX_PIXELS:
            raise BadInput(f"{path}: has more than {MAX_PIXELS} pixels a frame; use fewer.")
        self.count = count if count > 0 else None

    def frames(self) -> Iterator[Picture]:
        """The frames in order, uint8 (H, W, 3), RGB; BadInput where there is not even one."""
        import cv2

        number = 0
        while True:
            there, frame = self._capture.read()
            if not there:
                break
            number += 1
            yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
        self._capture.release()
        if not number:
            raise BadInput(f"{self.path}: holds no frame that can be decoded; give another.")
