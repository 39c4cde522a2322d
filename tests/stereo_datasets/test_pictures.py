"""Pictures come out upright, opaque, 8 bits deep and RGB, whatever their files are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.stereo_datasets.pictures import BAYER, TURNS, Reading, read_rgb, read_views
from fdscs.storage.errors import BadInput

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (5, 8, 3), dtype=np.uint8)
GRAY = COLOURS[..., 0]
STORED = {  # how an upright array is stored under an EXIF orientation
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
def test_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](COLOURS))
    options = {"lossless": True} if suffix == "webp" else {}
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(stored).save(path, exif=exif, **options)
    assert np.array_equal(read_rgb(path), COLOURS)
    assert TURNS.keys() == STORED.keys() - {1}


@pytest.mark.parametrize("suffix", ["pgm", "bmp", "tif", "png"])
def test_gray_files(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(GRAY).save(tmp_path / f"a.{suffix}")
    assert np.array_equal(read_rgb(tmp_path / f"a.{suffix}"), np.dstack([GRAY] * 3))


@pytest.mark.parametrize("suffix", ["ppm", "bmp", "tiff"])
def test_colour_files(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(COLOURS).save(tmp_path / f"a.{suffix}")
    assert np.array_equal(read_rgb(tmp_path / f"a.{suffix}"), COLOURS)


def test_palettes_are_looked_up(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), mode="P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    image.save(tmp_path / "a.png")
    assert read_rgb(tmp_path / "a.png").tolist() == [[[10, 20, 30], [40, 50, 60], [70, 80, 90]]]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_dropped_where_it_is_opaque(tmp_path: Path, mode: str) -> None:
    opaque = np.full((5, 8, 1), 255, np.uint8)
    values = np.dstack([COLOURS if mode == "RGBA" else GRAY, opaque])
    Image.fromarray(values, mode).save(tmp_path / "a.png")
    expected = COLOURS if mode == "RGBA" else np.dstack([GRAY] * 3)
    assert np.array_equal(read_rgb(tmp_path / "a.png"), expected)
    values[2, 3, -1] = 254
    Image.fromarray(values, mode).save(tmp_path / "a.png")
    with pytest.raises(BadInput, match=r"is partly transparent \(1 pixels\)"):
        read_rgb(tmp_path / "a.png")


def test_a_transparent_colour_that_no_pixel_has(tmp_path: Path) -> None:
    values = np.full((2, 2, 3), 9, np.uint8)
    Image.fromarray(values).save(tmp_path / "a.png", transparency=(1, 2, 3))
    assert np.array_equal(read_rgb(tmp_path / "a.png"), values)


def deep(path: Path, largest: int) -> np.ndarray:
    values = RNG.integers(0, largest + 1, (5, 8)).astype(np.uint16)
    values[0, 0] = largest
    Image.fromarray(values).save(path)
    return values


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize(("largest", "bits"), [(1023, 10), (1024, 12), (4095, 12), (65535, 16)])
def test_deep_pixels_lose_their_lowest_bits(
    tmp_path: Path, suffix: str, largest: int, bits: int
) -> None:
    path = tmp_path / f"a.{suffix}"
    values = deep(path, largest)
    assert np.array_equal(read_rgb(path)[..., 1], values >> (bits - 8))
    assert np.array_equal(read_rgb(path, Reading(bits=16))[..., 1], values >> 8)


def test_both_views_are_taken_by_one_rule(tmp_path: Path) -> None:
    left, right = deep(tmp_path / "l.png", 1000), deep(tmp_path / "r.png", 1100)
    views = read_views(tmp_path / "l.png", tmp_path / "r.png")
    assert np.array_equal(views[0][..., 0], left >> 4)
    assert np.array_equal(views[1][..., 0], right >> 4)


def test_more_bits_than_were_said(tmp_path: Path) -> None:
    deep(tmp_path / "a.png", 4096)
    with pytest.raises(BadInput, match="has the value 4096, more than 12 bits"):
        read_rgb(tmp_path / "a.png", Reading(bits=12))


def test_deep_colour_keeps_all_its_bits(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2", reason="16-bit colour needs OpenCV")
    values = RNG.integers(0, 4096, (4, 6, 3)).astype(np.uint16)
    values[0, 0] = 4095
    cv2.imwrite(str(tmp_path / "a.png"), values[..., ::-1])
    assert np.array_equal(read_rgb(tmp_path / "a.png"), values >> 4)


def test_a_deep_pgm_says_itself_how_deep_it_is(tmp_path: Path) -> None:
    pixels = np.array([[0, 512, 1023]], ">u2")
    (tmp_path / "a.pgm").write_bytes(b"P5 3 1 1023\n" + pixels.tobytes())
    assert read_rgb(tmp_path / "a.pgm")[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("pattern", BAYER)
def test_a_mosaic_of_one_colour_gives_that_colour(tmp_path: Path, pattern: str) -> None:
    pytest.importorskip("cv2", reason="mosaics need OpenCV")
    colour = {"R": 200, "G": 120, "B": 40}
    tile = np.array([colour[letter] for letter in pattern], np.uint8).reshape(2, 2)
    Image.fromarray(np.tile(tile, (6, 8))).save(tmp_path / "a.png")
    found = read_rgb(tmp_path / "a.png", Reading(bayer=pattern))
    assert found.shape == (12, 16, 3) and (found == [200, 120, 40]).all()


def test_a_colour_picture_is_no_mosaic(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    with pytest.raises(BadInput, match="is in colour; a Bayer mosaic must be gray"):
        read_rgb(tmp_path / "a.png", Reading(bayer="RGGB"))


def test_side_by_side(tmp_path: Path) -> None:
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    left, right = read_views(tmp_path / "a.png", None, Reading(side_by_side=True))
    assert np.array_equal(left, COLOURS[:, :4]) and np.array_equal(right, COLOURS[:, 4:])
    Image.fromarray(COLOURS[:, :7]).save(tmp_path / "odd.png")
    with pytest.raises(BadInput, match="7 columns wide; two views side by side must have an even"):
        read_views(tmp_path / "odd.png", None, Reading(side_by_side=True))
    with pytest.raises(BadInput, match="has no right view"):
        read_views(tmp_path / "a.png", None)
