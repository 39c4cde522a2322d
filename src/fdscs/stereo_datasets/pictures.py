"""Pictures in files, as the network reads them: upright, 8 bits, RGB.

How other pictures become that, for both views of a pair alike:

* EXIF orientation is applied; palettes are looked up; alpha is dropped where it is opaque.
* Pixels of more than 8 bits are shifted right until 8 are left. How many bits they have is given,
  or is the least of 8, 10, 12, 14 and 16 that holds the largest value of either view; PGM and PPM
  files say it themselves.
* A raw Bayer mosaic is interpolated along edges by OpenCV, where its pattern is given.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fdscs.stereo_datasets.images import decoded, is_deep
from fdscs.stereo_datasets.pair import Picture
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

FORMATS = ("PNG", "JPEG", "WEBP", "PPM", "BMP", "TIFF")
BAYER = ("RGGB", "BGGR", "GRBG", "GBRG")
DEPTHS = (8, 10, 12, 14, 16)
ORIENTATION = 0x0112  # EXIF tag
TURNS = {  # its values: how an array becomes upright
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}
NAMES = {"1": "1 bit deep", "CMYK": "CMYK", "F": "of real numbers"}

Raw = NDArray[Any]  # uint8 or uint16, (H, W) or (H, W, 3)


@dataclass(frozen=True)
class Reading:
    """What files do not say of their pictures, and what to make of it."""

    bits: int | None = None  # of pixels that are stored in 16
    bayer: str | None = None  # the mosaic's first two rows, such as RGGB
    side_by_side: bool = False  # one file holds both views, the left one on the left

    def __post_init__(self) -> None:
        if self.bits is not None and not 8 <= self.bits <= 16:
            raise BadInput(f"bits is {self.bits}; pixels must have 8 to 16.")
        if self.bayer is not None and self.bayer not in BAYER:
            raise BadInput(f"bayer is {self.bayer!r}; it must be {', '.join(BAYER)}.")


PLAIN = Reading()


def read_rgb(path: Path, reading: Reading = PLAIN) -> Picture:
    """A picture as uint8 (H, W, 3); gray fills all three channels.

    PNG, JPEG, WebP, PGM, PPM, BMP and TIFF. Raises BadInput for anything else: transparency, CMYK,
    one bit, animations, damage.
    """
    return _plain([path], reading)[0]


def read_views(left: Path, right: Path | None, reading: Reading = PLAIN) -> tuple[Picture, Picture]:
    """Both views of a pair, made 8 bits by one rule; of one file where `side_by_side` says so."""
    if not reading.side_by_side:
        if right is None:
            raise BadInput(f"{left}: has no right view; give one, or --side-by-side.")
        one, other = _plain([left, right], reading)
        return one, other
    if right is not None and right != left:
        raise BadInput(f"{left}: side by side holds both views; leave {right} out.")
    both = _plain([left], reading)[0]
    half, odd = divmod(both.shape[1], 2)
    if odd or not half:
        raise BadInput(
            f"{left}: is {both.shape[1]} columns wide; two views side by side must have an even "
            "number."
        )
    return np.ascontiguousarray(both[:, :half]), np.ascontiguousarray(both[:, half:])


def _plain(paths: list[Path], reading: Reading) -> list[Picture]:
    found = [_upright(path) for path in paths]
    for path, (raw, _) in zip(paths, found, strict=True):
        if reading.bayer and raw.ndim != 2:
            raise BadInput(f"{path}: is in colour; a Bayer mosaic must be gray: leave --bayer out.")
    raws = [demosaiced(raw, reading.bayer) if reading.bayer else raw for raw, _ in found]
    bits = _bits(paths, [raw for raw, _ in found], any(full for _, full in found), reading.bits)
    return [_colour(raw if raw.dtype == np.uint8 else _shifted(raw, bits)) for raw in raws]


def _bits(paths: list[Path], raws: list[Raw], full: bool, given: int | None) -> int:
    """How many bits the deep ones of `raws` have; BadInput where they have more than `given`."""
    deep = [(path, int(raw.max())) for path, raw in zip(paths, raws, strict=True)
            if raw.dtype != np.uint8]  # fmt: skip
    if given is None or full:
        largest = max((value for _, value in deep), default=0)
        return 16 if full else next(bits for bits in DEPTHS if largest < 1 << bits)
    for path, value in deep:
        if value >= 1 << given:
            raise BadInput(f"{path}: has the value {value}, more than {given} bits; give --bits.")
    return given


def _shifted(raw: Raw, bits: int) -> Picture:
    # interpolation may overshoot by a little
    shifted: Picture = np.minimum(raw >> (bits - 8), 255).astype(np.uint8)
    return shifted


def _colour(picture: Picture) -> Picture:
    whole = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
    return np.ascontiguousarray(whole)


def demosaiced(raw: Raw, pattern: str) -> Raw:
    """RGB (H, W, 3) of a mosaic (H, W) whose first two rows begin with `pattern`."""
    with needed_by("--bayer"):
        import cv2  # only raw pictures need it

    if min(raw.shape) < 4:
        raise BadInput(f"a mosaic of {raw.shape[0]}x{raw.shape[1]} is too small; give a larger.")
    code = getattr(cv2, f"COLOR_Bayer{pattern}2RGB_EA")
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(raw), code))


def _upright(path: Path) -> tuple[Raw, bool]:
    """Pixels as stored, upright, and whether deep ones fill 16 bits."""
    image, rawmode = decoded(path, FORMATS)
    raw = _stored(path, image, rawmode)
    turn = TURNS.get(_orientation(path, image))
    return (np.ascontiguousarray(turn(raw)) if turn else raw), image.format == "PPM"


def _orientation(path: Path, image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception as error:  # Pillow raises many types on damaged tags
        raise BadInput(f"{path}: has damaged EXIF data; write it anew without.") from error


def _stored(path: Path, image: Image.Image, rawmode: str) -> Raw:
    if image.mode == "RGB" and is_deep(rawmode):
        return _deep_colour(path)
    if image.mode.startswith("I"):
        return _deep_gray(path, image)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        return _opaque(path, image)
    if image.mode == "P":
        image = image.convert("RGB")
    if image.mode not in ("RGB", "L"):
        found = NAMES.get(image.mode, f"of mode {image.mode}")
        raise BadInput(f"{path}: is {found}; only RGB and gray pictures are supported.")
    return np.array(image)


def _opaque(path: Path, image: Image.Image) -> Raw:
    """Colours without an alpha channel that is opaque everywhere; BadInput where it is not."""
    gray = image.mode in ("L", "LA", "La")
    whole = np.array(image.convert("RGBA"))
    if (whole[..., 3] != 255).any():
        count = int((whole[..., 3] != 255).sum())
        raise BadInput(
            f"{path}: is partly transparent ({count} pixels); only opaque pictures are supported."
        )
    return np.ascontiguousarray(whole[..., 0] if gray else whole[..., :3])


def _deep_gray(path: Path, image: Image.Image) -> Raw:
    values = np.array(image)
    if values.size and not 0 <= int(values.min()) <= int(values.max()) <= 0xFFFF:
        raise BadInput(f"{path}: has values outside 0 to 65535; only 16 bits are supported.")
    return values.astype(np.uint16)


def _deep_colour(path: Path) -> NDArray[np.uint16]:
    """16-bit RGB, which Pillow would quietly cut to 8."""
    with needed_by(f"{path}, 16-bit colour,"):
        import cv2  # only such pictures need it

    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    found = cv2.imdecode(np.fromfile(path, np.uint8), flags)
    if found is None or found.dtype != np.uint16:
        raise BadInput(f"{path}: is 16 bits deep in a way that is not supported; write it as PNG.")
    return np.asarray(found, np.uint16)
