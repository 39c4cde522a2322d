"""Disparity maps in files. A file that cannot be used is BadInput, never a guess."""

import math
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from fdscs.stereo_datasets.pair import Disparity, Mask
from fdscs.storage.atomic import replacing
from fdscs.storage.errors import BadInput

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".pgm", ".ppm", ".bmp", ".tif", ".tiff")
MAX_PIXELS = 64_000_000  # far above any stereo camera; a small file can claim more
MAX_KITTI_PX, KITTI_SCALE = 255.0, 256.0
PFM_HEADER = re.compile(rb"(P[fF])\s+(\d{1,9})\s+(\d{1,9})\s+([-+.\deE]{1,32})[ \t]*\r?\n")


def read_kitti_disparity(path: Path, scale: float = KITTI_SCALE) -> tuple[Disparity, Mask]:
    """KITTI's 16-bit PNG: disparity value/scale px, float32 (H, W), and where it is known (not 0).

    Raises BadInput for a file that is not a 16-bit gray PNG.
    """
    image, _ = decoded(path, ("PNG",))
    if image.mode not in ("I;16", "I"):  # "I" in older Pillows
        raise BadInput(
            f"{path}: is of mode {image.mode}; a KITTI disparity map is a 16-bit gray PNG; "
            "give one."
        )
    return split_known(np.array(image).astype(np.float32) / np.float32(scale))


def write_kitti_disparity(path: Path, disparity: NDArray[np.floating[Any]]) -> None:
    """Write px (H, W) as KITTI's 16-bit PNG: floor(256 d), d limited to 255; 0 where unknown.

    Negative, infinite and NaN disparities are unknown.
    """
    known = np.where(np.isfinite(disparity), disparity, 0)
    values = np.floor(256 * np.clip(known, 0, MAX_KITTI_PX)).astype(np.uint16)
    with replacing(path) as temporary:
        Image.fromarray(values).save(temporary, format="PNG")


def read_scaled_disparity(path: Path, scale: float) -> tuple[Disparity, Mask]:
    """Middlebury's 8-bit gray PNG: disparity value/scale px, float32 (H, W), and where not 0."""
    return split_known(_read_gray(path).astype(np.float32) / np.float32(scale))


def read_mask(path: Path) -> Mask:
    """An 8-bit gray PNG as bool (H, W): True where it is 255."""
    mask: Mask = _read_gray(path) == 255
    return mask


def read_labels(path: Path) -> NDArray[np.uint8]:
    """Numbers of objects, an 8-bit gray PNG, as uint8 (H, W)."""
    return _read_gray(path)


def read_disparity(path: Path, scale: float | None = None) -> tuple[Disparity, Mask]:
    """A disparity map by its suffix: .pfm in px, or .png in 1/256 px as KITTI writes it.

    With `scale` it is value/scale px, and a .png may have 8 bits. Raises BadInput for maps that are
    negative throughout, and for a PFM whose byte order is not what its header says.
    """
    if path.suffix.lower() == ".pfm":
        raw = read_pfm(path)
        _check_byte_order(path, raw)
        return _split_signed(path, raw if scale is None else raw / np.float32(scale))
    if path.suffix.lower() == ".png":
        if scale is not None and scale <= 0:
            raise BadInput(f"{path}: a PNG has no negative values; give a scale above 0.")
        if scale is not None and decoded(path, ("PNG",))[0].mode in ("L", "P", "1"):
            return read_scaled_disparity(path, scale)
        return read_kitti_disparity(path, scale or KITTI_SCALE)
    raise BadInput(f"{path}: a disparity map must be a .pfm or a 16-bit .png file.")


def _split_signed(path: Path, raw: Disparity) -> tuple[Disparity, Mask]:
    """`split_known` of a map that must not be negative throughout, which BadInput says."""
    below = int((np.isfinite(raw) & (raw < 0)).sum())
    if below and not (np.isfinite(raw) & (raw > 0)).any():
        raise BadInput(
            f"{path}: all {below} disparities that it has are below 0; if only their sign is the "
            "other way round, give a scale of -1 (--scale -1, or the fourth word of a list's line)."
        )
    return split_known(raw)


def split_known(raw: Disparity) -> tuple[Disparity, Mask]:
    """Disparity (0 where unknown) and where it is known: finite, above 0, below the width.

    A pixel that has moved by more than the picture's width is nowhere; some files write 1e9 for
    unknown.
    """
    valid = np.isfinite(raw) & (raw > 0) & (raw < raw.shape[1])
    return np.where(valid, raw, np.float32(0)), valid


def _check_byte_order(path: Path, raw: Disparity) -> None:
    """Raise BadInput where the values make sense in the other byte order only."""

    def sensible(values: Disparity) -> float:
        size = np.abs(values[np.isfinite(values) & (values != 0)])
        return float(((size > 1e-3) & (size < 1e5)).mean()) if size.size else 1.0

    if sensible(raw) < 0.3 and sensible(raw.byteswap()) > 0.9:
        raise BadInput(
            f"{path}: its values make sense in the other byte order only; write it anew with the "
            "sign of its scale turned round."
        )


def read_pfm(path: Path) -> Disparity:
    """A one-channel PFM as float32 (H, W), top row first; infinities and NaN are kept.

    The sign of the scale gives the byte order; its size is ignored, as the data sets do.
    Raises BadInput for a colour PFM and for a file whose length is not what its header says.
    """
    try:
        with path.open("rb") as file:
            header = PFM_HEADER.match(file.read(256))
            if header is None:
                raise BadInput(
                    f"{path}: does not begin with a PFM header (Pf, size, scale); give one."
                )
            width, height, byte_order = _pfm_layout(path, header)
            expected = header.end() + 4 * width * height
            found = file.seek(0, os.SEEK_END)
            if found != expected:
                raise BadInput(
                    f"{path}: is {found} bytes long but a {height}x{width} PFM has {expected}; "
                    "it is damaged or incomplete, make it anew."
                )
            file.seek(header.end())
            values = np.fromfile(file, byte_order + "f4", width * height).reshape(height, width)
    except BadInput:
        raise
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read ({_reason(error)}); give another.") from error
    return values[::-1].astype(np.float32, order="C")


def write_pfm(path: Path, values: Disparity) -> None:
    """Write float32 (H, W) as a little-endian one-channel PFM."""
    height, width = values.shape
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(f"Pf\n{width} {height}\n-1.0\n".encode())
        file.write(values[::-1].astype("<f4").tobytes())


def _pfm_layout(path: Path, header: re.Match[bytes]) -> tuple[int, int, str]:
    kind, width, height, scale_text = header.groups()
    if kind == b"PF":
        raise BadInput(f"{path}: is a colour PFM; a disparity map must have one channel (Pf).")
    try:
        scale = float(scale_text)
    except ValueError:
        scale = math.nan
    if not math.isfinite(scale) or scale == 0 or not 0 < int(width) * int(height) <= MAX_PIXELS:
        raise BadInput(
            f"{path}: has the PFM header {int(width)}x{int(height)}, scale "
            f"{scale_text.decode()}; the size must be 1 to {MAX_PIXELS} pixels "
            "and the scale a number other than 0."
        )
    return int(width), int(height), "<" if scale < 0 else ">"


def _read_gray(path: Path) -> NDArray[np.uint8]:
    """A gray PNG of at most 8 bits as uint8 (H, W); a palette of grays gives its grays."""
    image, rawmode = decoded(path, ("PNG",))
    rgb = np.array(image.convert("RGB")) if image.mode in ("L", "P", "1", "RGB") else None
    if rgb is None or is_deep(rawmode) or (rgb != rgb[..., :1]).any():
        raise BadInput(f"{path}: is of mode {image.mode} ({rawmode}); 8-bit gray is expected here.")
    return rgb[..., 0]


def decoded(path: Path, formats: tuple[str, ...]) -> tuple[Image.Image, str]:
    """The decoded picture and how its file stores a pixel (Pillow's raw mode)."""
    try:
        with Image.open(path, formats=formats) as image:
            _check_header(path, image)
            rawmode = str(image.tile[0].args) if image.tile else image.mode
            image.load()
            return image, rawmode
    except BadInput:
        raise
    except UnidentifiedImageError as error:
        raise BadInput(f"{path}: is not a {_listed(formats)} picture; give one.") from error
    except Image.DecompressionBombError as error:
        raise BadInput(f"{path}: claims more than {MAX_PIXELS} pixels; use fewer.") from error
    except Exception as error:  # decoders raise many types on damaged files
        raise BadInput(f"{path}: cannot be read ({_reason(error)}); give another.") from error


def _check_header(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise BadInput(
            f"{path}: claims {image.height}x{image.width}, more than {MAX_PIXELS} pixels; "
            "use fewer."
        )
    frames = getattr(image, "n_frames", 1)
    if frames != 1:
        raise BadInput(f"{path}: holds {frames} pictures; give a file with a single one.")


def is_deep(rawmode: str) -> bool:
    return ";16" in rawmode  # Pillow would quietly drop the low bits of 16-bit RGB


def _listed(formats: tuple[str, ...]) -> str:
    *first, last = ("PGM or PPM" if name == "PPM" else name for name in formats)
    return f"{', '.join(first)} or {last}" if first else last


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.rstrip(".") or type(error).__name__
