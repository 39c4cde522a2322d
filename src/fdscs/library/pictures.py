"""Pictures that users hand over: uint8 (H, W, 3) arrays, or a sentence that says what is wrong."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fdscs.model.graph import Graph
from fdscs.model.images import check_images
from fdscs.stereo_datasets.pair import Picture
from fdscs.storage.errors import BadInput

WANTED = "a NumPy array, uint8 of shape (height, width, 3)"


def read_image(path: str | PathLike[str]) -> Picture:
    """A picture as uint8 (H, W, 3), upright; gray fills all three channels.

    PNG, JPEG, WebP, PGM, PPM, BMP or TIFF; pixels of more than 8 bits are shifted right, by the
    least of 8, 10, 12, 14 and 16 bits that holds the largest. Raises BadInput for anything else:
    transparency, CMYK, animations, damage.
    """
    from fdscs.stereo_datasets.pictures import read_rgb  # Pillow, and only here

    return read_rgb(Path(path))


def checked_views(graph: Graph, left: Any, right: Any) -> tuple[Picture, Picture]:
    """Both pictures as plain uint8 arrays (H, W, 3) that the datapath of `graph` can take.

    Subclasses, read-only arrays and any strides will do. Raises BadInput for all else.
    """
    views = as_picture("left", left), as_picture("right", right)
    check_images(graph, *views)
    return views


def as_picture(name: str, given: Any) -> Picture:
    """`given` as a plain uint8 array (H, W, 3); BadInput says what it is, and what to give."""
    if not isinstance(given, np.ndarray):
        raise BadInput(f"{name} is {_kind(given)}; expected {WANTED}{_conversion(name, given)}.")
    found = f"{name} is {given.dtype} of shape {given.shape}"
    if given.ndim != 3 or given.shape[2] != 3:
        raise BadInput(f"{found}; expected {WANTED}{_reshaping(name, given)}.")
    if not given.size:
        raise BadInput(f"{found}, which is empty; expected {WANTED}.")
    if given.dtype != np.uint8:
        raise BadInput(f"{found}{_rescaling(name, given)}.")
    return np.ascontiguousarray(given).view(np.ndarray)


def _kind(given: Any) -> str:
    """What `given` is, in words: its type, and its shape if it has one."""
    shape = getattr(given, "shape", None)
    kind = f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
    return kind if shape is None else f"{kind} of shape {tuple(shape)}"


def _conversion(name: str, given: Any) -> str:
    """How to make an array of `given`, where that is known."""
    library = type(given).__module__.partition(".")[0]
    if isinstance(given, str | PathLike):
        return f": give fdscs.read_image({name})"
    if library == "PIL":
        return f': give numpy.array({name}.convert("RGB"))'
    if library == "torch" and given.ndim == 3:
        return f": give {name}.permute(1, 2, 0).cpu().numpy()"
    if library == "torch" and given.ndim == 4:
        return ", and batches are for torch modules: use quant_network()"
    return ""


def _reshaping(name: str, given: np.ndarray[Any, Any]) -> str:
    """How to bring an array into shape, where that is clear."""
    match given.shape:
        case (_, _):
            return f"; this one is gray: give numpy.dstack([{name}] * 3)"
        case (3, _, _):
            return f"; this one has its channels first: give {name}.transpose(1, 2, 0)"
        case (_, _, 1):
            return f"; this one is gray: give {name}.repeat(3, axis=2)"
        case (_, _, 4):
            return f"; this one has an alpha channel: give {name}[..., :3]"
        case (_, _, _, _):
            return "; give one pair at a time"
    return ""


def _rescaling(name: str, given: np.ndarray[Any, Any]) -> str:
    """What its values are, and how to bring them to 0 … 255, where that is clear."""
    if given.dtype.kind not in "iuf":
        return f"; expected {WANTED}"
    low, high = given.min(), given.max()
    values = f" with values from {low:g} to {high:g}; expected {WANTED} with values from 0 to 255"
    if given.dtype.kind == "f" and 0 <= low <= high <= 1:
        return f"{values}: give (255 * {name}).round().astype(numpy.uint8)"
    if 0 <= low <= high <= 255:
        return f"{values}: give {name}.round().astype(numpy.uint8)"
    return f"{values}: scale it"
