"""Arrays as NumPy and as the drivers of PYNQ and FINN leave them: .npy, and .bin with shape."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Entry
from fdscs.vectors.words import as_tensor

TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64")


def read_npy(path: Path, entry: Entry) -> IntArray:
    """The codes (C, rows, columns) of a .npy; raises BadInput for what holds none of `entry`."""
    try:
        array: NDArray[Any] = np.array(np.load(path, mmap_mode="r", allow_pickle=False))
    except Exception as error:  # NumPy raises many types on damaged files
        raise BadInput(f"{path}: not a readable .npy file; write it whole.") from error
    return _codes(path, array, entry)


def read_bin(path: Path, entry: Entry) -> IntArray:
    """The codes of little-endian values without a header, NAME.1x32x96x64.float32.bin."""
    known = "|".join(TYPES)
    said = re.fullmatch(
        rf"\.(\d{{1,9}}(?:x\d{{1,9}}){{0,7}})\.({known})\.bin",
        path.name.removeprefix(entry.name),
        re.ASCII,
    )
    if said is None:
        shape = "x".join(map(str, [1, entry.rows, entry.columns, entry.channels]))
        raise BadInput(
            f"{path}: does not say what shape and type it has; call it "
            f"{entry.name}.{shape}.uint8.bin (types are {', '.join(TYPES)})."
        )
    shape = tuple(map(int, said[1].split("x")))
    dtype = np.dtype(said[2]).newbyteorder("<")
    size = path.stat().st_size
    if size != math.prod(shape) * dtype.itemsize:
        raise BadInput(
            f"{path}: has {size} bytes, {said[1]} of {said[2]} are "
            f"{math.prod(shape) * dtype.itemsize}; dump it whole, or name its shape and type."
        )
    return _codes(path, np.fromfile(path, dtype).reshape(shape), entry)


def _codes(path: Path, array: NDArray[Any], entry: Entry) -> IntArray:
    tensor = _arranged(path, array, entry)
    if tensor.dtype.kind == "f":
        return _whole(path, tensor, entry)
    if tensor.dtype.kind not in "iu" or not np.can_cast(tensor.dtype, np.int64):
        raise BadInput(
            f"{path}: holds {tensor.dtype}; save codes as integers of at most 64 bits, signed if "
            "64, or as floats."
        )
    return tensor


def _arranged(path: Path, array: NDArray[Any], entry: Entry) -> NDArray[Any]:
    """As packed, (C, rows, columns): of its own shape, or channels last, or with a batch of one."""
    shapes = [tuple(entry.shape), (1, *entry.shape)]
    if entry.role in ("tensor", "accumulator"):
        last = (entry.rows, entry.columns, entry.channels)
        shapes += [last, (1, *last)]
    if array.shape not in shapes:
        raise BadInput(
            f"{path}: is of shape {list(array.shape)}, {entry.name} has {entry.shape}, or channels "
            "last, with a batch of 1 or without; dump it again."
        )
    place = shapes.index(array.shape)
    single = array.reshape(shapes[place & ~1])
    return np.moveaxis(single, -1, 0) if place > 1 else as_tensor(single)


def _whole(path: Path, tensor: NDArray[Any], entry: Entry) -> IntArray:
    """Floats that are integers; raises BadInput at the first that is not, with a remedy."""
    wrong = ~np.isfinite(tensor) | (tensor != np.rint(tensor)) | (np.abs(tensor) >= 2.0**62)
    if wrong.any():
        c, y, x = (int(i) for i in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
        remedy = f"multiply them by 2^{entry.frac}" if entry.frac else "save them"
        raise BadInput(
            f"{path}: value {tensor[c, y, x]} at (c{c}, y{y}, x{x}) is no code; give "
            f"integers: {remedy}."
        )
    return tensor.astype(np.int64)
