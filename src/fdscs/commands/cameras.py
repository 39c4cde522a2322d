"""The options that say what the cameras are, and what they make of a pair."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fdscs.geometry.calibration_file import read_calibration
from fdscs.geometry.rectify import Rectifier
from fdscs.geometry.rig import Rig
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput

CalibrationOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--calib",
        help="Calibration: KITTI's, Middlebury's or ETH3D's calib.txt, or OpenCV's yaml; ROS's "
        "twice, the left camera's first.",
    ),
]
BaselineOption = Annotated[
    float | None,
    typer.Option(min=0, help="Metres between the cameras, in place of the calibration's."),
]
RectifyOption = Annotated[
    bool,
    typer.Option("--rectify", help="Undistort and rectify the views first, by --calib."),
]


class Cameras:
    """A calibration, applied to pairs; files are read, and refused, at once."""

    def __init__(self, files: Sequence[Path], baseline: float | None, rectify: bool) -> None:
        both = (read_calibration(files, gray, baseline) for gray in (False, True))
        self._colour, self._gray = both
        self._rectify = rectify
        self._rectifiers: dict[tuple[int, int], Rectifier] = {}
        if not rectify and self._colour.rig is None:
            raise BadInput(
                f"{files[0]}: has cameras that are not rectified, and no P1 and P2 of rectified "
                "ones; give --rectify."
            )

    def of(self, pair: StereoPair) -> tuple[StereoPair, Rig]:
        """The pair, rectified if that was asked for, and the cameras that it is of then."""
        if self._rectify:
            if pair.size not in self._rectifiers:
                self._rectifiers[pair.size] = Rectifier(self._colour, pair.size)
            rectifier = self._rectifiers[pair.size]
            return rectifier.pair(pair), rectifier.rig
        gray = bool((pair.left == pair.left[..., :1]).all())
        rig = (self._gray if gray else self._colour).rig
        assert rig is not None
        rig.check_size(pair.name, pair.size)
        return pair, rig


def cameras_of(
    files: Sequence[Path] | None, baseline: float | None, rectify: bool, wanted: bool
) -> Cameras | None:
    """What the options say; None without a calibration, which `wanted` outputs need."""
    if files:
        return Cameras(files, baseline, rectify)
    if rectify or wanted or baseline is not None:
        raise BadInput("--depth, --cloud, --rectify and --baseline need a calibration: --calib.")
    return None
