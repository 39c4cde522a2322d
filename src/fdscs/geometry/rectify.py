"""Views as cameras take them → rectified views, by OpenCV."""

import numpy as np

from fdscs.geometry.calibration_file import Calibration, Camera, rig_of_projections
from fdscs.geometry.rig import Rig
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by


class Rectifier:
    """Undistorts and rectifies pairs of one size; `rig` is that of the result.

    By the calibration's own rectification (ROS), else by cv2.stereoRectify with principal points
    that agree and no black border (alpha 0). Raises BadInput where the calibration has not the
    cameras as they are, and for cameras that do not stand beside each other, left first.
    """

    def __init__(self, calibration: Calibration, size: tuple[int, int]) -> None:
        with needed_by("--rectify"):
            import cv2

        if calibration.cameras is None:
            raise BadInput(
                "the calibration is of rectified views alone; to rectify give one that has "
                "camera matrices, distortion, R and T."
            )
        if calibration.size not in (None, size):
            raise BadInput(
                f"the calibration is of {calibration.size[0]}x{calibration.size[1]} pixels; the "
                f"pictures have {size[0]}x{size[1]}: give those of that size."
            )
        first, second = (
            calibration.cameras
            if calibration.cameras[0].projection is not None
            else _rectified(calibration, size)
        )
        assert first.projection is not None and second.projection is not None
        if abs(second.projection[1, 3]) > abs(second.projection[0, 3]):
            raise BadInput("the cameras stand above each other; turn the pictures, or give others.")
        self.rig: Rig = rig_of_projections("rectified", first.projection, second.projection)
        self._maps = [
            (cv2.fisheye if each.fisheye else cv2).initUndistortRectifyMap(
                each.matrix, each.distortion, each.rotation, each.projection[:, :3], size[::-1],
                cv2.CV_32FC1,
            )
            for each in (first, second)
        ]  # fmt: skip

    def pair(self, pair: StereoPair) -> StereoPair:
        """Both views as the rectified cameras see them."""
        import cv2

        views = [
            np.asarray(cv2.remap(view, *maps, cv2.INTER_LINEAR), np.uint8)
            for view, maps in zip((pair.left, pair.right), self._maps, strict=True)
        ]
        return StereoPair(pair.name, *views)


def _rectified(calibration: Calibration, size: tuple[int, int]) -> tuple[Camera, Camera]:
    import cv2

    assert calibration.cameras is not None and calibration.translation is not None
    first, second = calibration.cameras
    left, right, *projections = cv2.stereoRectify(
        first.matrix, first.distortion, second.matrix, second.distortion, size[::-1],
        calibration.rotation, calibration.translation.reshape(3, 1), alpha=0,
    )[:4]  # fmt: skip
    return (
        Camera(first.matrix, first.distortion, left, projections[0]),
        Camera(second.matrix, second.distortion, right, projections[1]),
    )
