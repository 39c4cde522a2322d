"""Files that came back from co-simulation, an ILA capture or a board, read without trust."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Entry
from fdscs.vectors.text import UNDEFINED, Block, csv_blocks, text_blocks
from fdscs.vectors.words import Bytes, as_tensor, ends_row, unpack

SUFFIXES = ("npy", "hex", "dat", "csv")
SLACK = 4  # a file may be so many times as long as expected: comments, blanks, beats too many
ILA_SLACK = 64  # and a capture, which has other columns, and samples without a beat
MARGIN = 1 << 16  # bytes


@dataclass(frozen=True)
class Dump:
    """What a file holds of a tensor; all arrays (C, rows, columns)."""

    codes: IntArray  # 0 where undefined or missing
    undefined: NDArray[np.bool_] | None  # where a digit was X or Z
    words: int  # in the file, however many the tensor has
    fault: str | None = None  # the first in what goes beside the codes: padding, TLAST …


def read_dump(path: Path, entry: Entry) -> Dump:
    """Read .npy, .hex, .dat or .csv by its suffix; raises BadInput for what is none of a tensor's.

    Too few words, or too many, are no error: `words` says so.
    """
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give one.")
    kind = path.suffix[1:]
    if path.stat().st_size > _most_bytes(entry, kind):
        raise BadInput(
            f"{path}: is {path.stat().st_size} bytes long, far more than {entry.words} words of "
            f"{entry.word_bits} bits need; dump it again."
        )
    try:
        return _read_npy(path, entry) if kind == "npy" else _read_words(path, entry, kind)
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror or error}); dump it again."
        ) from error


def _most_bytes(entry: Entry, kind: str) -> int:
    if kind == "npy":
        return 8 * entry.rows * entry.columns * entry.channels + MARGIN
    line = 3 * entry.layout.word_bytes + 8  # of a .dat, the longest
    return (ILA_SLACK if kind == "csv" else SLACK) * entry.words * line + MARGIN


def _read_npy(path: Path, entry: Entry) -> Dump:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        dtype, shape = array.dtype, array.shape
    except Exception as error:  # NumPy raises many types on damaged files
        raise BadInput(f"{path}: not a readable .npy file; write it whole.") from error
    if dtype.kind not in "iu" or not np.can_cast(dtype, np.int64):
        raise BadInput(f"{path}: holds {dtype}; save integers of at most 64 bits, signed if 64.")
    if list(shape) != entry.shape:
        raise BadInput(
            f"{path}: is of shape {list(shape)}, {entry.name} has {entry.shape}; dump it again."
        )
    return Dump(as_tensor(np.array(array)), None, entry.words)


def _read_words(path: Path, entry: Entry, kind: str) -> Dump:
    digits = entry.layout.digits if kind == "hex" else 2 * entry.layout.word_bytes
    keep = -(-entry.layout.word_bytes // 4)
    words = np.zeros((entry.words, entry.layout.word_bytes), np.uint8)
    undefined = np.zeros_like(words)
    flags: list[Bytes] = []  # TKEEP, TUSER and TLAST
    found = 0
    for block in _blocks(path, kind, digits, keep):
        data = block[0][: max(entry.words - found, 0)]
        room = slice(found, found + len(data))
        words[room] = _bytes(np.where(data == UNDEFINED, 0, data))
        undefined[room] = _bytes(np.where(data == UNDEFINED, 15, 0))
        if len(block) > 1:
            flags.append(np.hstack(block[1:])[: len(data)])
        found += len(block[0])
    beside = _padding(words | undefined, entry)
    if flags:
        beside = beside or _framing(np.vstack(flags), entry, keep)
    shape = (entry.layout, entry.rows, entry.columns)
    holes = unpack(undefined, *shape) != 0 if undefined.any() else None
    return Dump(unpack(words, *shape), holes, found, beside)


def _blocks(path: Path, kind: str, digits: int, keep: int) -> Iterator[Block]:
    if kind == "csv":
        return csv_blocks(path, digits)
    return text_blocks(path, (digits,) if kind == "hex" else (digits, keep, 1, 1))


def _bytes(digits: NDArray[np.integer]) -> Bytes:
    """Digits (N, n), highest first → bytes (N, ceil(n/2)), lowest first."""
    even: Bytes = np.pad(digits, ((0, 0), (digits.shape[1] % 2, 0))).astype(np.uint8)
    low: Bytes = even[:, 1::2]
    return (even[:, 0::2] * np.uint8(16) + low)[:, ::-1]


def _padding(words: Bytes, entry: Entry) -> str | None:
    """The first word with a bit set where no code is."""
    layout = entry.layout
    used = np.zeros((layout.words_per_pixel, layout.word_bits), np.uint8)
    used.reshape(-1)[: entry.channels * entry.bits] = 1
    mask = np.packbits(used, axis=1, bitorder="little")
    spare = words.reshape(-1, *mask.shape) & ~mask
    wrong = spare.any(axis=2).reshape(-1)
    return f"{_place(entry, wrong)} has padding that is not 0" if wrong.any() else None


def _framing(flags: Bytes, entry: Entry, keep: int) -> str | None:
    """The first beat whose TKEEP, TUSER or TLAST is not as docs/vectors.md says."""
    ones = (1 << entry.layout.word_bytes) - 1
    all_kept = np.array([int(digit, 16) for digit in f"{ones:0{keep}x}"], np.uint8)
    start = np.arange(len(flags)) == 0
    end = ends_row(len(flags), entry.layout, entry.columns)
    wrong = {
        "TKEEP, not all ones": (flags[:, :keep] != all_kept).any(axis=1),
        "TUSER, which marks the first beat": flags[:, keep] != start,
        "TLAST, which ends each row": flags[:, keep + 1] != end,
    }
    for what, where in wrong.items():
        if where.any():
            return f"{_place(entry, where)} has the wrong {what}"
    return None


def _place(entry: Entry, where: NDArray[np.bool_]) -> str:
    word = int(np.argmax(where))
    y, x = divmod(word // entry.layout.words_per_pixel, entry.columns)
    return f"word {word} (y{y}, x{x})"
