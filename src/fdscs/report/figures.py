"""Pictures as data URIs, small and the same bytes each time."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import grey_dilation

from fdscs.evaluation.pictures import KITTI_ERROR_BINS, KITTI_ERROR_COLOURS, colour_error
from fdscs.report.content import Content

LARGEST = 1600  # columns or rows shown; of larger pictures every second, third … pixel
BLACK = 255  # index of what is not known
STOPS = 12  # of a colour bar
CHANGE_PX = 2.0  # end of the scale of differences between the networks
JPEG_QUALITY = 90
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)


@dataclass(frozen=True)
class Figure:
    """A picture with its title, and what it shows."""

    id: str
    title: str
    uri: str
    size: tuple[int, int]  # columns, rows
    figures: str = ""  # EPE and D1


@dataclass(frozen=True)
class Bar:
    """A colour bar: from 0 to `most` px."""

    colours: list[str]
    most: str


def pictures(content: Content) -> list[Figure]:
    """The views, the disparities, and errors where there is ground truth."""
    pair, name = content.pair, content.float.name
    top = largest_shown(content)
    found = [_photo("left", "left view", pair.left), _photo("right", "right view", pair.right)]
    if pair.disparity is not None:
        found.append(_scalar("truth", "ground truth", pair.disparity, top, "turbo", pair.valid))
    networks = {
        "float": (name, content.float.disparity),
        "integers": ("quantised", content.disparity),
    }
    for key, (title, disparity) in networks.items():
        found.append(_scalar(f"disparity-{key}", f"{title} disparity", disparity, top, "turbo"))
    change = np.abs(content.disparity - content.float.disparity)
    text = f"mean {change.mean():.3f} px · largest {change.max():.2f} px"
    title = f"quantised against {name}"
    found.append(_scalar("change", title, change, CHANGE_PX, "magma", figures=text))
    for key, (title, disparity) in networks.items():
        if pair.disparity is not None and pair.valid is not None:
            metrics = getattr(content.figures[0], key)
            picture = widened(colour_error(disparity, pair.disparity, pair.valid), pair.valid)
            text = f"EPE {metrics.epe:.3f} px · D1 {metrics.d1:.2f} %"
            found.append(_errors(f"error-{key}", f"{title}: error", picture, text))
    return found


def largest_shown(content: Content) -> float:
    """End of the disparities' scale, px: the 99th centile of the truth, or of the integers."""
    pair = content.pair
    known = content.disparity if pair.disparity is None else pair.disparity[pair.valid]
    return max(float(np.percentile(known, 99)), 1.0)


def bars(content: Content) -> dict[str, Bar]:
    """The scales of disparities and of differences."""
    return {
        "disparity": Bar(_stops("turbo"), f"{largest_shown(content):.0f}"),
        "change": Bar(_stops("magma"), f"≥ {CHANGE_PX:g}"),
    }


def error_legend() -> list[tuple[str, str]]:
    """Colour of each of KITTI's bins and where it begins, px."""
    starts = (0.0, *(3 * each for each in KITTI_ERROR_BINS))
    colours = [f"rgb({r},{g},{b})" for r, g, b in KITTI_ERROR_COLOURS]
    return [(colour, f"{low:.2g}") for colour, low in zip(colours, starts, strict=True)]


def widened(picture: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Errors (H, W, 3) spread by one pixel to where there is no ground truth.

    The development kit's disp_error_image dilates by a disk of radius 1, so that sparse laser
    truth can be seen; here pixels with a colour of their own keep it.
    """
    spread = grey_dilation(picture, footprint=CROSS[..., None])
    spread[valid] = picture[valid]
    return np.asarray(spread)


def _photo(key: str, title: str, view: NDArray[np.uint8]) -> Figure:
    image = Image.fromarray(np.ascontiguousarray(thinned(view)))
    return Figure(key, title, _uri(image, "JPEG", quality=JPEG_QUALITY), image.size)


def _scalar(
    key: str,
    title: str,
    values: NDArray[Any],
    top: float,
    colours: str,
    known: NDArray[np.bool_] | None = None,
    figures: str = "",
) -> Figure:
    """(H, W) px from 0 to `top` in 255 colours; black where not known."""
    index = np.rint(np.clip(values / top, 0, 1) * (BLACK - 1)).astype(np.uint8)
    if known is not None:
        index[~known] = BLACK
    palette = colormaps[colours](np.linspace(0, 1, BLACK), bytes=True)[:, :3]
    image = Image.fromarray(np.ascontiguousarray(thinned(index)))
    image.putpalette(np.append(palette, [[0, 0, 0]], axis=0).astype(np.uint8).tobytes())
    return Figure(key, title, _uri(image, "PNG", optimize=True), image.size, figures)


def _errors(key: str, title: str, picture: NDArray[np.uint8], figures: str) -> Figure:
    """An RGB picture (H, W, 3) of few colours."""
    image = Image.fromarray(np.ascontiguousarray(thinned(picture)))
    return Figure(key, title, _uri(image, "PNG", optimize=True), image.size, figures)


def thinned(picture: NDArray[Any]) -> NDArray[Any]:
    """At most LARGEST rows and columns."""
    every = -(-max(picture.shape[:2]) // LARGEST)
    return picture[::every, ::every]


def _uri(image: Image.Image, kind: str, **options: Any) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/{kind.lower()};base64,{text}"


def _stops(colours: str) -> list[str]:
    rgba = colormaps[colours](np.linspace(0, 1, STOPS), bytes=True)
    return [f"rgb({r},{g},{b})" for r, g, b, _ in rgba.tolist()]
