"""Calibrations in the forms that data sets and programs write them in."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.geometry.calibration_file import read_calibration
from fdscs.geometry.rectify import Rectifier
from fdscs.geometry.rig import Rig
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput

KITTI = """P0: 700 0 600 0 0 700 170 0 0 0 1 0
P1: 700 0 600 -350 0 700 170 0 0 0 1 0
P2: 720 0 610 45 0 720 172 0.2 0 0 1 0.003
P3: 720 0 610 -315 0 720 172 2 0 0 1 0.003
"""
MIDDLEBURY = """cam0=[4000 0 1300; 0 4000 1000; 0 0 1]
cam1=[4000 0 1430; 0 4000 1000; 0 0 1]
doffs=130
baseline=193.001
width=2964
height=1988
ndisp=270
"""
ROS = """image_width: 640
image_height: 480
camera_name: {name}
camera_matrix: {{rows: 3, cols: 3, data: [500, 0, 320, 0, 500, 240, 0, 0, 1]}}
distortion_model: plumb_bob
distortion_coefficients: {{rows: 1, cols: 5, data: [-0.1, 0.01, 0, 0, 0]}}
rectification_matrix: {{rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1]}}
projection_matrix: {{rows: 3, cols: 4, data: [480, 0, 310, {tx}, 0, 480, 235, 0, 0, 0, 1, 0]}}
"""


def matrix(name: str, values: np.ndarray) -> str:
    rows, columns = np.atleast_2d(values).shape
    return (f"{name}: !!opencv-matrix\n   rows: {rows}\n   cols: {columns}\n   dt: d\n"
            f"   data: {np.ravel(values).tolist()}\n")  # fmt: skip


def opencv(turned: float = 0.01, baseline: float = 0.1) -> str:
    """Two cameras, the right one turned about its axis by so many radians."""
    camera = np.array([[300, 0, 160], [0, 300, 120], [0, 0, 1.0]])
    c, s = np.cos(turned), np.sin(turned)
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return "%YAML:1.0\n---\n" + "".join(
        matrix(name, values)
        for name, values in (
            ("M1", camera), ("D1", np.zeros((1, 5))), ("M2", camera), ("D2", np.zeros((1, 5))),
            ("R", rotation), ("T", np.array([[-baseline], [0], [0]])),
        )
    )  # fmt: skip


@pytest.fixture
def calib(tmp_path: Path):
    def write(text: str, name: str = "calib.txt") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_kitti(calib) -> None:
    assert read_calibration([calib(KITTI)]).rig == Rig(720, 720, 610, 172, 0.5)
    assert read_calibration([calib(KITTI)], gray=True).rig == Rig(700, 700, 600, 170, 0.5)
    raw = KITTI.replace("P2", "P_rect_02").replace("P3", "P_rect_03")
    raw = f"calib_time: 09-Jan-2012\nS_rect_02: 1242 375\n{raw}"
    assert read_calibration([calib(raw)]).rig == Rig(720, 720, 610, 172, 0.5, size=(375, 1242))


def test_middlebury_and_eth3d(calib) -> None:
    rig = read_calibration([calib(MIDDLEBURY)]).rig
    assert rig == Rig(4000, 4000, 1300, 1000, 0.193001, 130, (1988, 2964))
    assert rig.depth(np.array([[70.0]]))[0, 0] == pytest.approx(4000 * 0.193001 / 200)
    with pytest.raises(BadInput, match="500x741 pixels but the calibration is of 1988x2964"):
        rig.check_size("motorcycle", (500, 741))


def test_ros(calib) -> None:
    files = [
        calib(ROS.format(name="l", tx=0), "l.yaml"),
        calib(ROS.format(name="r", tx=-60), "r.yaml"),
    ]
    found = read_calibration(files)
    assert found.rig == Rig(480, 480, 310, 235, 0.125, 0, (480, 640))
    assert Rectifier(found, (480, 640)).rig.baseline == pytest.approx(0.125)
    with pytest.raises(BadInput, match="is of one camera; give --calib twice"):
        read_calibration(files[:1])
    with pytest.raises(BadInput, match="both must be above 0"):
        read_calibration(files[::-1])


FISHEYE = """image_width: 256
image_height: 192
camera_matrix: {{rows: 3, cols: 3, data: [80, 0, 130, 0, 82, 95, 0, 0, 1]}}
distortion_model: equidistant
distortion_coefficients: {{rows: 1, cols: 4, data: [0.05, -0.02, 0.01, -0.003]}}
rectification_matrix: {{rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1]}}
projection_matrix: {{rows: 3, cols: 4, data: [90, 0, 128, {tx}, 0, 90, 96, 0, 0, 0, 1, 0]}}
"""


def test_ros_fisheyes_rectify(calib) -> None:
    """Views whose colours are their own columns and rows show where each pixel is taken from."""
    pytest.importorskip("cv2", reason="OpenCV is not installed")
    paths = [calib(FISHEYE.format(tx=tx), f"{tx}.yaml") for tx in (0, -9)]
    rectifier = Rectifier(read_calibration(paths), (192, 256))
    assert rectifier.rig.baseline == pytest.approx(0.1)
    rows, columns = np.indices((192, 256))
    view = np.stack([columns, rows, 0 * rows], axis=2).astype(np.uint8)
    made = rectifier.pair(StereoPair("p", view, view)).left[30:-30:20, 30:-30:20]
    x, y = ((columns - 128) / 90)[30:-30:20, 30:-30:20], ((rows - 96) / 90)[30:-30:20, 30:-30:20]
    angle = np.arctan(np.hypot(x, y))
    bent = angle * (1 + 0.05 * angle**2 - 0.02 * angle**4 + 0.01 * angle**6 - 0.003 * angle**8)
    shrunk = bent / np.maximum(np.hypot(x, y), 1e-9)
    assert np.abs(shrunk - 1).max() > 0.15
    assert np.abs(made[..., 0] - (80 * x * shrunk + 130)).max() < 1
    assert np.abs(made[..., 1] - (82 * y * shrunk + 95)).max() < 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("equidistant", "omnidirectional"), "distortion model 'omnidirectional'; expected one of"),
        (("cols: 4, data: [0.05,", "cols: 5, data: [0, 0.05,"), "has 4 coefficients .* not 5"),
    ],
)
def test_what_is_no_fisheye(calib, change: tuple[str, str], said: str) -> None:
    paths = [calib(FISHEYE.format(tx=tx).replace(*change), f"{tx}.yaml") for tx in (0, -9)]
    with pytest.raises(BadInput, match=said):
        read_calibration(paths)


def test_opencv_rectifies(calib) -> None:
    """Turned by 0.01 rad, points at the border lie 1.6 px off their row; rectified, they do not."""
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    found = read_calibration([calib(opencv(), "c.yml")])
    assert found.rig is None
    rectifier = Rectifier(found, (240, 320))
    assert rectifier.rig.baseline == pytest.approx(0.1) and rectifier.rig.offset == 0
    rng = np.random.default_rng(0)
    scene = cv2.GaussianBlur(rng.integers(0, 256, (240, 320, 3), dtype=np.uint8), (0, 0), 2)
    turn = cv2.getRotationMatrix2D((160, 120), -np.degrees(0.01), 1)
    right = cv2.warpAffine(scene, turn, (320, 240), flags=cv2.INTER_CUBIC)
    made = rectifier.pair(StereoPair("p", scene, right))
    error = [np.abs(a[20:-20, 20:-20].astype(int) - b[20:-20, 20:-20]).mean()
             for a, b in ((scene, right), (made.left, made.right))]  # fmt: skip
    assert error[1] < 0.25 * error[0]


def test_a_unit_that_no_file_says(calib) -> None:
    path = calib(opencv(baseline=100), "c.yml")
    with pytest.raises(BadInput, match="has a baseline of 100, in a unit that such files do not"):
        read_calibration([path])
    found = read_calibration([path], baseline=0.1)
    assert np.allclose(found.translation, [-0.1, 0, 0])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.txt", "hello", "is no calibration of two cameras"),
        ("c.txt", KITTI.replace("P3: 720", "P3: x"), "P3 is not 12 numbers"),
        ("c.txt", KITTI.replace("-315", "415"), "both must be above 0"),
        ("c.txt", "cam0=[1 0 1; 0 1 1; 0 0 1]", "has no cam1 and no baseline"),
        ("c.yaml", "a: [1", "is no YAML"),
        ("c.yaml", "a: &x [1]\nb: *x", "has YAML anchors"),
        ("c.yaml", "!!python/object/apply:os.system ['true']", "is no YAML"),
        ("c.yml", "hello", "is no calibration"),
        ("c.yml", "M1: 3", "has no D1, no M2, no D2, no R, no T"),
    ],
)
def test_what_cannot_be_used_is_named(calib, name: str, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_calibration([calib(text, name)])
