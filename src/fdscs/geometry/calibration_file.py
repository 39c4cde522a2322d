"""Calibrations of two cameras, as data sets and programs write them.

| file | what is read | baseline |
|---|---|---|
| KITTI: calib/000000.txt, calib_cam_to_cam.txt | P2 and P3 (P_rect_02, …), gray P0 and P1 | m |
| Middlebury 2014, ETH3D: calib.txt | cam0, cam1, doffs, baseline, width, height | mm |
| ROS: one camera_info yaml a camera, left first | all of it | m |
| OpenCV: yaml of stereoCalibrate, stereoRectify | M1/K1, D1, M2/K2, D2, R, T; P1, P2 | ? |

OpenCV's unit is that of the board's squares. A baseline of 5 mm to 5 m is taken as metres; for
any other the option --baseline says it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.geometry.rig import Rig
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

Matrix = NDArray[np.float64]
MOST_BYTES = 1_000_000
LIKELY = (0.005, 5.0)  # m
PROJECTIONS = (("P2", "P3"), ("P_rect_02", "P_rect_03"), ("P0", "P1"), ("P_rect_00", "P_rect_01"))
DISTORTIONS = (0, 4, 5, 8, 12, 14)  # how many coefficients OpenCV takes


@dataclass(frozen=True, eq=False)
class Camera:
    """One camera as it is: matrix (3, 3), distortion as OpenCV orders it; and where it goes.

    `rotation` (3, 3) and `projection` (3, 4) are those of the rectified view. The distortion of a
    `fisheye` is that of Kannala and Brandt 2006, θ·(1 + k1·θ² + k2·θ⁴ + k3·θ⁶ + k4·θ⁸).
    """

    matrix: Matrix
    distortion: Matrix
    rotation: Matrix | None = None
    projection: Matrix | None = None
    fisheye: bool = False


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a calibration says: the rectified cameras, the cameras as they are, or both.

    `rotation` (3, 3) and `translation` (3,) lead from the left camera's axes to the right one's.
    """

    rig: Rig | None = None
    cameras: tuple[Camera, Camera] | None = None
    rotation: Matrix | None = None
    translation: Matrix | None = None
    size: tuple[int, int] | None = None


def read_calibration(
    paths: Sequence[Path], gray: bool = False, baseline: float | None = None
) -> Calibration:
    """The calibration in one file, or in two that belong together; see the table above.

    `gray` chooses KITTI's gray cameras where the file has both; `baseline` in metres replaces that
    of the file. Raises BadInput for anything else, saying what is missing.
    """
    texts = [_text(path) for path in paths]
    where = ", ".join(map(str, paths))
    try:
        return _read(where, paths, texts, gray, baseline)
    except BadInput as error:
        raise BadInput(str(error) if where in str(error) else f"{where}: {error}") from error


def _read(
    where: str, paths: Sequence[Path], texts: list[str], gray: bool, baseline: float | None
) -> Calibration:
    if any(path.suffix.lower() in (".yaml", ".yml") for path in paths):
        with needed_by("a calibration in YAML"):
            from fdscs.geometry.calibration_yaml import read_yaml

        found = read_yaml(where, texts, baseline)
    elif len(texts) != 1:
        raise BadInput(f"{where}: give one calibration file, or a .yaml a camera, the left first.")
    else:
        found = Calibration(_rig_of_text(where, texts[0], gray))
    if baseline is not None and found.rig is not None:
        found = replace(found, rig=replace(found.rig, baseline=baseline))
    return found


def likely_metres(where: str, baseline: float, given: float | None) -> float:
    """The baseline in metres, of a file that does not say its unit."""
    if given is not None:
        return given
    if not LIKELY[0] <= baseline <= LIKELY[1]:
        raise BadInput(
            f"{where}: has a baseline of {baseline:g}, in a unit that such files do not say, and "
            "which is not metres; give it with --baseline."
        )
    return baseline


def rig_of_projections(where: str, left: Matrix, right: Matrix) -> Rig:
    """The rig of two rectified cameras' projections (3, 4), which have −fx·x of each in [0, 3]."""
    if left.shape != (3, 4) or right.shape != (3, 4) or left[0, 0] <= 0 or right[0, 0] <= 0:
        raise BadInput(f"{where}: its projections are not 3x4 with a focal length; give such.")
    base = left[0, 3] / left[0, 0] - right[0, 3] / right[0, 0]
    return Rig(left[0, 0], left[1, 1], left[0, 2], left[1, 2], base, right[0, 2] - left[0, 2])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path}: is larger than any calibration; give that.")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as a calibration; give a text file.") from error


def _rig_of_text(where: str, text: str, gray: bool) -> Rig:
    """KITTI's "P2: 12 numbers", or Middlebury's "cam0=[f 0 cx; 0 f cy; 0 0 1]"."""
    values = dict(re.findall(r"^\s*(\w+)\s*[:=]\s*(.+?)\s*$", text, flags=re.MULTILINE))
    if "cam0" in values:
        return _middlebury(where, values)
    for names in (*PROJECTIONS[2:], *PROJECTIONS[:2]) if gray else PROJECTIONS:
        if all(name in values for name in names):
            both = (_numbers(where, name, values[name], 12).reshape(3, 4) for name in names)
            rig = rig_of_projections(where, *both)
            size = f"S_rect_{names[0][-2:]}"
            if size in values:
                columns, rows = _numbers(where, size, values[size], 2)
                rig = replace(rig, size=(int(rows), int(columns)))
            return rig
    raise BadInput(
        f"{where}: is no calibration of two cameras; expected KITTI's P2 and P3, or Middlebury's "
        "cam0, cam1 and baseline."
    )


def _middlebury(where: str, values: dict[str, str]) -> Rig:
    missing = [name for name in ("cam1", "baseline") if name not in values]
    if missing:
        raise BadInput(f"{where}: has no {' and no '.join(missing)}; give the complete file.")
    left, right = (
        _numbers(where, name, values[name], 9).reshape(3, 3) for name in ("cam0", "cam1")
    )
    size = None
    if "width" in values and "height" in values:
        size = tuple(int(_numbers(where, key, values[key], 1)[0]) for key in ("height", "width"))
    millimetres = _numbers(where, "baseline", values["baseline"], 1)[0]
    return Rig(
        left[0, 0], left[1, 1], left[0, 2], left[1, 2], millimetres / 1000,
        right[0, 2] - left[0, 2], size,
    )  # fmt: skip


def _numbers(where: str, name: str, text: str, count: int) -> Matrix:
    words = re.sub(r"[\[\];,]", " ", text).split()
    try:
        found = np.array([float(word) for word in words])
    except ValueError:
        found = np.array([np.nan])
    if found.size != count or not np.isfinite(found).all():
        raise BadInput(f"{where}: {name} is not {count} numbers but {text[:60]!r}; give these.")
    return found


def checked_distortion(where: str, values: Any) -> Matrix:
    """Coefficients of distortion, as many as OpenCV takes."""
    found = np.asarray(values, np.float64).ravel()
    if found.size not in DISTORTIONS:
        raise BadInput(
            f"{where}: has {found.size} coefficients of distortion; expected 4, 5, 8, 12 or 14."
        )
    return found
