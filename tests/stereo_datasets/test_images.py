"""Files: what is read is what was written, and what cannot be used is said in one sentence."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from fdscs.stereo_datasets.images import (
    read_disparity,
    read_kitti_disparity,
    read_mask,
    read_pfm,
    read_scaled_disparity,
    write_kitti_disparity,
    write_pfm,
)
from fdscs.stereo_datasets.pictures import read_rgb
from fdscs.storage.errors import BadInput

reused_folder = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def png(width: int, height: int, depth: int, colour_type: int, lines: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_rgb_is_read_as_it_is(tmp_path: Path, suffix: str):
    values = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    Image.fromarray(values).save(tmp_path / f"a.{suffix}", lossless=True)
    assert np.array_equal(read_rgb(tmp_path / f"a.{suffix}"), values)


def test_gray_fills_three_channels(tmp_path: Path):
    values = np.array([[0, 7], [100, 255]], np.uint8)
    Image.fromarray(values).save(tmp_path / "a.png")
    assert np.array_equal(read_rgb(tmp_path / "a.png"), np.repeat(values[..., None], 3, 2))


def test_jpeg_is_read(tmp_path: Path):
    Image.new("RGB", (3, 2), (90, 90, 90)).save(tmp_path / "a.jpg")
    assert read_rgb(tmp_path / "a.jpg").shape == (2, 3, 3)


def write_bad_picture(path: Path, kind: str) -> None:
    whole = png(2, 2, 8, 2, (b"\0" + bytes(range(6))) * 2)
    raw = {
        "not an image": b"left right",
        "empty": b"",
        "truncated": whole[:-30],
        "16-bit colour": png(2, 2, 16, 2, (b"\0" + bytes(12)) * 2),
        "16-bit gray": png(2, 2, 16, 0, (b"\0" + bytes(4)) * 2),
        "bomb": png(60000, 60000, 8, 2, b""),
        "large": png(9000, 9000, 8, 2, b""),
        "gif": b"GIF89a" + bytes(20),
    }
    mode = {"alpha": "RGBA", "gray alpha": "LA", "bits": "1", "cmyk": "CMYK"}
    if kind in raw:
        path.write_bytes(raw[kind])
    elif kind in mode:
        Image.new(mode[kind], (2, 2)).save(path, format="JPEG" if kind == "cmyk" else "PNG")
    elif kind == "transparent":
        Image.new("RGB", (2, 2)).save(path, transparency=(0, 0, 0))
    elif kind == "animated":
        frames = [Image.new("RGB", (2, 2), (level, 0, 0)) for level in (0, 200)]
        frames[0].save(path, save_all=True, append_images=frames[1:])
    elif kind == "folder":
        path.mkdir()


BAD_PICTURES = {
    "not an image": "is not a PNG, JPEG, WEBP, PGM or PPM, BMP or TIFF picture",
    "empty": "is not a PNG",
    "gif": "is not a PNG",
    "truncated": "cannot be read \\(.*truncated",
    "missing": "cannot be read \\(No such file",
    "folder": "cannot be read \\(Is a directory",
    "bomb": "claims more than 64000000 pixels",
    "large": "claims 9000x9000, more than 64000000 pixels",
    "alpha": "is partly transparent",
    "gray alpha": "is partly transparent",
    "transparent": "is partly transparent",
    "bits": "is 1 bit deep",
    "cmyk": "is CMYK",
    "animated": "holds 2 pictures",
}


@pytest.mark.parametrize("kind", BAD_PICTURES)
def test_bad_pictures_are_explained(tmp_path: Path, kind: str):
    path = tmp_path / "bad.png"
    write_bad_picture(path, kind)
    with pytest.raises(BadInput, match=BAD_PICTURES[kind]) as caught:
        read_rgb(path)
    assert str(caught.value).startswith(f"{path}: ") and str(caught.value).endswith(".")


@reused_folder
@given(position=st.integers(0, 200), value=st.integers(0, 255))
def test_a_damaged_picture_is_read_or_refused(tmp_path: Path, position: int, value: int):
    noise = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(noise).save(path)
    data = bytearray(path.read_bytes())
    data[position % len(data)] = value
    path.write_bytes(data)
    try:
        assert read_rgb(path).dtype == np.uint8
    except BadInput as error:
        assert str(path) in str(error)


@reused_folder
@given(
    values=arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.floats(width=32))
)
def test_pfm_comes_back_bit_for_bit(tmp_path: Path, values: np.ndarray):
    write_pfm(tmp_path / "a.pfm", values)
    back = read_pfm(tmp_path / "a.pfm")
    assert back.dtype == np.float32 and back.flags.c_contiguous
    assert np.array_equal(back.view(np.uint32), values.view(np.uint32))


@pytest.mark.parametrize("header", ["Pf\n2 2\n{}1.0\n", "Pf \n2 2 \n{}1.0\n", "Pf\n2\n2\n{}1\r\n"])
@pytest.mark.parametrize(("sign", "order"), [("-", "<f4"), ("", ">f4")])
def test_pfm_rows_run_upwards_in_either_byte_order(
    tmp_path: Path, header: str, sign: str, order: str
):
    rows = np.array([[3, 4], [1, 2]], order).tobytes()  # the bottom row first
    (tmp_path / "a.pfm").write_bytes(header.format(sign).encode() + rows)
    assert read_pfm(tmp_path / "a.pfm").tolist() == [[1, 2], [3, 4]]


BAD_PFM = {
    "colour": (b"PF\n1 1\n-1\n" + bytes(12), "is a colour PFM"),
    "other": (b"P5\n1 1\n255\n0", "does not begin with a PFM header"),
    "empty": (b"", "does not begin with a PFM header"),
    "cut": (b"Pf\n2 2\n-1\n" + bytes(15), "is 25 bytes long but a 2x2 PFM has 26"),
    "long": (b"Pf\n1 1\n-1\n" + bytes(5), "is 15 bytes long but a 1x1 PFM has 14"),
    "huge": (b"Pf\n999999999 999999999\n-1\n", "the size must be 1 to 64000000 pixels"),
    "no pixels": (b"Pf\n0 5\n-1\n", "header 0x5"),
    "scale": (b"Pf\n1 1\n0\n" + bytes(4), "scale a number other than 0"),
    "scale text": (b"Pf\n1 1\n1e--\n" + bytes(4), "scale 1e--"),
}


@pytest.mark.parametrize("kind", BAD_PFM)
def test_bad_pfm_files_are_explained(tmp_path: Path, kind: str):
    data, message = BAD_PFM[kind]
    (tmp_path / "bad.pfm").write_bytes(data)
    with pytest.raises(BadInput, match=message):
        read_pfm(tmp_path / "bad.pfm")


def test_a_missing_pfm_is_explained(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot be read \\(No such file"):
        read_pfm(tmp_path / "none.pfm")


def test_kitti_disparity_is_value_over_256(tmp_path: Path, save_gray16):
    save_gray16(tmp_path / "a.png", [[0, 1, 256, 65535] * 65])
    disparity, valid = read_kitti_disparity(tmp_path / "a.png")
    assert disparity.dtype == np.float32
    assert disparity[0, :4].tolist() == [0, 1 / 256, 1, 65535 / 256]
    assert valid[0, :4].tolist() == [False, True, True, True]


def test_kitti_disparity_is_written_rounded_down(tmp_path: Path):
    values = [1.999 / 256, 2.5, 255.0, 300.0, 0.0, -1.0, np.nan, np.inf]
    write_kitti_disparity(tmp_path / "a.png", np.array([values * 40], np.float32))
    disparity, _ = read_kitti_disparity(tmp_path / "a.png")
    assert disparity[0, :8].tolist() == [1 / 256, 2.5, 255, 255, 0, 0, 0, 0]


def test_a_failed_write_leaves_nothing(tmp_path: Path):
    with pytest.raises(TypeError):
        write_kitti_disparity(tmp_path / "a.png", np.ones((2, 2, 2, 2), np.float32))
    assert not list(tmp_path.iterdir())


def test_eight_bits_are_no_kitti_disparity(tmp_path: Path, save_gray8):
    save_gray8(tmp_path / "a.png", [[1, 2]])
    with pytest.raises(BadInput, match="is of mode L; a KITTI disparity map is a 16-bit gray PNG"):
        read_kitti_disparity(tmp_path / "a.png")


def test_scaled_disparity_and_mask(tmp_path: Path, save_gray8):
    save_gray8(tmp_path / "a.png", [[0, 22, 255] + [0] * 70])
    disparity, valid = read_scaled_disparity(tmp_path / "a.png", 4)
    assert disparity[0, :3].tolist() == [0, 5.5, 63.75]
    assert valid[0, :3].tolist() == [False, True, True]
    assert read_mask(tmp_path / "a.png")[0, :3].tolist() == [False, False, True]


def test_a_palette_of_grays_gives_its_grays(tmp_path: Path):
    image = Image.fromarray(np.array([[0, 1, 2] * 5], np.uint8), mode="P")
    image.putpalette([0, 0, 0, 224, 224, 224, 80, 80, 80])
    image.save(tmp_path / "a.png")
    assert read_scaled_disparity(tmp_path / "a.png", 16)[0].tolist() == [[0, 14, 5] * 5]


@pytest.mark.parametrize("kind", ["16-bit gray", "16-bit colour", "alpha"])
def test_other_pictures_are_no_gray_map(tmp_path: Path, kind: str):
    write_bad_picture(tmp_path / "a.png", kind)
    with pytest.raises(BadInput, match="8-bit gray is expected"):
        read_mask(tmp_path / "a.png")


def test_a_colour_picture_is_no_gray_map(tmp_path: Path):
    Image.new("RGB", (2, 2), (1, 2, 3)).save(tmp_path / "a.png")
    with pytest.raises(BadInput, match="8-bit gray is expected"):
        read_mask(tmp_path / "a.png")


def test_disparity_is_read_by_suffix(tmp_path: Path, save_gray16, save_pfm):
    save_gray16(tmp_path / "a.png", [[512, 0, 0]])
    save_pfm(tmp_path / "a.pfm", [[2, np.inf, np.nan, -1, 0]])
    assert read_disparity(tmp_path / "a.png")[0].tolist() == [[2, 0, 0]]
    disparity, valid = read_disparity(tmp_path / "a.pfm")
    assert disparity.tolist() == [[2, 0, 0, 0, 0]]
    assert valid.tolist() == [[True, False, False, False, False]]
    with pytest.raises(BadInput, match=r"must be a \.pfm or a 16-bit \.png file"):
        read_disparity(tmp_path / "a.tif")


@pytest.mark.parametrize("scale", [16, 32, 64, 100, 128, 256])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_scale_is_what_pixels_were_multiplied_by(tmp_path: Path, scale: int, depth: type):
    values = np.zeros((1, 200), depth)
    values[0, :3] = 0, 100, 250
    Image.fromarray(values).save(tmp_path / "a.png")
    disparity, valid = read_disparity(tmp_path / "a.png", scale)
    assert np.allclose(disparity[0, :3], [0, 100 / scale, 250 / scale])
    assert valid[0, :3].tolist() == [False, True, True]


def test_disparities_wider_than_the_picture_are_unknown(tmp_path: Path, save_pfm):
    save_pfm(tmp_path / "a.pfm", [[2.5, 1e9, 4, 5, 3e38]])
    disparity, valid = read_disparity(tmp_path / "a.pfm")
    assert disparity.tolist() == [[2.5, 0, 4, 0, 0]] and valid.sum() == 2


def test_a_map_that_is_negative_throughout_is_refused_or_turned_round(tmp_path: Path, save_pfm):
    save_pfm(tmp_path / "a.pfm", [[-2, -1, np.inf]])
    with pytest.raises(BadInput, match=r"all 2 disparities that it has are below 0; .*--scale -1"):
        read_disparity(tmp_path / "a.pfm")
    assert read_disparity(tmp_path / "a.pfm", -1)[0].tolist() == [[2, 1, 0]]


def test_a_mislabelled_byte_order_is_found(tmp_path: Path, save_pfm):
    values = np.random.default_rng(0).uniform(1, 60, (8, 70)).astype(np.float32)
    save_pfm(tmp_path / "a.pfm", values)
    content = (tmp_path / "a.pfm").read_bytes()
    assert read_disparity(tmp_path / "a.pfm")[1].all()
    (tmp_path / "a.pfm").write_bytes(content.replace(b"-1.0", b"1.0", 1))
    with pytest.raises(BadInput, match="make sense in the other byte order only"):
        read_disparity(tmp_path / "a.pfm")
