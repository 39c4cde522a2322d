"""Calibrations in YAML, as OpenCV and ROS write them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import yaml

from fdscs.geometry.calibration_file import (
    Calibration,
    Camera,
    Matrix,
    checked_distortion,
    likely_metres,
    rig_of_projections,
)
from fdscs.storage.errors import BadInput

# ROS's distortion models: image_geometry's names, and those of drivers for the same.
PINHOLES = ("plumb_bob", "rational_polynomial")
FISHEYES = ("equidistant", "fisheye", "kannala_brandt4")


class _Loader(yaml.SafeLoader):
    """Safe YAML, with OpenCV's matrices as the mappings that they are."""


_Loader.add_constructor(
    "tag:yaml.org,2002:opencv-matrix",
    lambda loader, node: loader.construct_mapping(node, deep=True),
)


def read_yaml(where: str, texts: Sequence[str], baseline: float | None) -> Calibration:
    """ROS: a file a camera, the left first. OpenCV: one file, or what is in several."""
    files = [_parsed(where, text) for text in texts]
    if any("projection_matrix" in each for each in files):
        return _ros(where, files)
    values: dict[str, Any] = {}
    for each in files:
        values |= each
    return _opencv(where, values, baseline)


def _parsed(where: str, text: str) -> dict[str, Any]:
    """OpenCV heads its files with "%YAML:1.0", which is no YAML; its anchors are refused."""
    text = re.sub(r"\A%YAML:1\.0.*\n", "", text)
    if re.search(r"(^|\s)[&*]\w", text):
        raise BadInput(f"{where}: has YAML anchors; give a calibration without.")
    try:
        found = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{where}: is no YAML; give OpenCV's or ROS's calibration.") from error
    if not isinstance(found, dict):
        raise BadInput(f"{where}: is no calibration; give OpenCV's or ROS's.")
    return {str(key): value for key, value in found.items()}


def _ros(where: str, files: list[dict[str, Any]]) -> Calibration:
    if len(files) != 2:
        raise BadInput(f"{where}: is of one camera; give --calib twice, the left camera's first.")
    left, right = (_ros_camera(where, each) for each in files)
    size = _size(files[0], "image_width", "image_height")
    assert left.projection is not None and right.projection is not None
    rig = replace(rig_of_projections(where, left.projection, right.projection), size=size)
    return Calibration(rig, (left, right), size=size)


def _ros_camera(where: str, values: dict[str, Any]) -> Camera:
    model = values.get("distortion_model", PINHOLES[0])
    if model not in (*PINHOLES, *FISHEYES):
        raise BadInput(
            f"{where}: has the distortion model {model!r}; expected one of "
            f"{', '.join((*PINHOLES, *FISHEYES))}."
        )
    distortion = _matrix(where, values, "distortion_coefficients", None)
    fisheye = model in FISHEYES
    if fisheye and distortion.size != 4:
        raise BadInput(
            f"{where}: a fisheye has 4 coefficients of distortion, not {distortion.size}; give "
            "those."
        )
    return Camera(
        _matrix(where, values, "camera_matrix", (3, 3)),
        checked_distortion(where, distortion),
        _matrix(where, values, "rectification_matrix", (3, 3)),
        _matrix(where, values, "projection_matrix", (3, 4)),
        fisheye,
    )


def _opencv(where: str, values: dict[str, Any], baseline: float | None) -> Calibration:
    size = _size(values, "image_width", "image_height")
    rig = None
    if "P1" in values and "P2" in values:
        left, right = (_matrix(where, values, name, (3, 4)) for name in ("P1", "P2"))
        rig = rig_of_projections(where, left, right)
        rig = replace(rig, baseline=likely_metres(where, rig.baseline, baseline), size=size)
    names = [next((key for key in keys if key in values), keys[0]) for keys in _CAMERA_KEYS]
    missing = [name for name in (*names, "R", "T") if name not in values]
    if missing:
        if rig is None:
            raise BadInput(f"{where}: has no {', no '.join(missing)}; give it in --calib too.")
        return Calibration(rig, size=size)
    first, second = (
        Camera(_matrix(where, values, matrix, (3, 3)),
               checked_distortion(where, _matrix(where, values, distortion, None)))
        for matrix, distortion in (names[:2], names[2:])
    )  # fmt: skip
    translation = _matrix(where, values, "T", None).ravel()
    length = float(np.linalg.norm(translation)) if translation.size == 3 else 0.0
    metres = likely_metres(where, length, baseline)
    rotation = _matrix(where, values, "R", None)
    if rotation.size != 9:
        raise BadInput(f"{where}: R is not 3x3; give the rotation matrix.")
    return Calibration(
        rig, (first, second), rotation.reshape(3, 3), translation * (metres / length), size
    )


_CAMERA_KEYS = (
    ("M1", "K1", "cameraMatrix1", "camera_matrix_1"), ("D1", "distCoeffs1", "dist_coeffs_1"),
    ("M2", "K2", "cameraMatrix2", "camera_matrix_2"), ("D2", "distCoeffs2", "dist_coeffs_2"),
)  # fmt: skip


def _matrix(where: str, values: dict[str, Any], name: str, shape: tuple[int, int] | None) -> Matrix:
    """A mapping with rows, cols and data, or nested lists, as float64."""
    given = values.get(name)
    try:
        if isinstance(given, dict):
            found = np.array(given["data"], np.float64)
            found = found.reshape(int(given["rows"]), int(given["cols"]))
        else:
            found = np.array(given, np.float64)
        if shape is not None:
            found = found.reshape(shape)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{where}: {name} is no matrix of numbers; give rows, cols, data."
        ) from error
    if not np.isfinite(found).all():
        raise BadInput(f"{where}: {name} is not finite; give numbers.")
    return found


def _size(values: dict[str, Any], columns: str, rows: str) -> tuple[int, int] | None:
    found = values.get(rows), values.get(columns)
    return (found[0], found[1]) if all(isinstance(each, int) for each in found) else None
