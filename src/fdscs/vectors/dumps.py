"""Files that came back from co-simulation, an ILA capture or a board, read without trust."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by
from fdscs.vectors.arrays import read_bin, read_npy
from fdscs.vectors.beats import Sizes
from fdscs.vectors.captures import csv_blocks
from fdscs.vectors.index import Entry
from fdscs.vectors.readmem import hex_blocks
from fdscs.vectors.signals import BESIDE
from fdscs.vectors.text import ABSENT, UNDEFINED, Block, text_blocks
from fdscs.vectors.transactions import is_transactions, transaction_blocks
from fdscs.vectors.words import Bytes, ends_row, unpack

SUFFIXES = ("npy", "bin", "hex", "dat", "csv", "vcd")
ARRAYS, CAPTURES = ("npy", "bin"), ("csv", "vcd")
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
    not_compared: tuple[str, ...] = ()  # of TKEEP, TUSER and TLAST, what a capture does not have


def read_dump(path: Path, entry: Entry, signal: str | None = None) -> Dump:
    """Read a file by its suffix, one of SUFFIXES; raises BadInput for what is none of a tensor's.

    `signal` is in the name of the signal of a capture that has the data, "tdata" by default.
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
        if kind in ARRAYS:
            codes = read_npy(path, entry) if kind == "npy" else read_bin(path, entry)
            return Dump(codes, None, entry.words)
        return _read_words(path, entry, kind, signal)
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror or error}); dump it again."
        ) from error


def _most_bytes(entry: Entry, kind: str) -> int:
    if kind in ARRAYS:
        return 8 * entry.rows * entry.columns * entry.channels + MARGIN
    line = 3 * entry.layout.word_bytes + 8  # of a .dat, the longest
    return (ILA_SLACK if kind in CAPTURES else SLACK) * entry.words * line + MARGIN


def _read_words(path: Path, entry: Entry, kind: str, signal: str | None) -> Dump:
    sizes = Sizes(2 * entry.layout.word_bytes, -(-entry.layout.word_bytes // 4))
    words = np.zeros((entry.words, entry.layout.word_bytes), np.uint8)
    undefined = np.zeros_like(words)
    flags: list[Bytes] = []  # TKEEP, TUSER and TLAST
    found = 0
    for block in _blocks(path, entry, kind, sizes, signal):
        data = block[0][: max(entry.words - found, 0)]
        room = slice(found, found + len(data))
        words[room] = _bytes(np.where(data == UNDEFINED, 0, data))
        undefined[room] = _bytes(np.where(data == UNDEFINED, 15, 0))
        if len(block) > 1:
            flags.append(np.hstack(block[1:])[: len(data)])
        found += len(block[0])
    beside = _padding(words | undefined, entry)
    absent: tuple[str, ...] = ()
    if flags:
        stacked = np.vstack(flags)
        beside = beside or _framing(stacked, entry, sizes.keep)
        absent = _absent(stacked, sizes.keep)
    shape = (entry.layout, entry.rows, entry.columns)
    holes = unpack(undefined, *shape) != 0 if undefined.any() else None
    return Dump(unpack(words, *shape), holes, found, beside, absent)


def _blocks(
    path: Path, entry: Entry, kind: str, sizes: Sizes, signal: str | None
) -> Iterator[Block]:
    if kind == "csv":
        return csv_blocks(path, sizes, signal)
    if kind == "vcd":
        with needed_by("reading .vcd files"):
            from fdscs.vectors.waveform import vcd_blocks
        return vcd_blocks(path, sizes, signal)
    if kind == "hex":
        return hex_blocks(path, entry.layout.digits, entry.words)
    if is_transactions(path):
        return transaction_blocks(path, sizes)
    return text_blocks(path, (sizes.data, *sizes.beside))


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
    absent = _absent(flags, keep)
    faults = [
        f"{_place(entry, where)} has the wrong {what}"
        for what, where in wrong.items()
        if where.any() and what[:5] not in absent
    ]
    return "; ".join(faults) or None


def _absent(flags: Bytes, keep: int) -> tuple[str, ...]:
    """Of TKEEP, TUSER and TLAST, those that the file does not have."""
    firsts = (0, keep, keep + 1)
    return tuple(
        what
        for what, at in zip(BESIDE, firsts, strict=True)
        if len(flags) and flags[0, at] == ABSENT
    )


def _place(entry: Entry, where: NDArray[np.bool_]) -> str:
    word = int(np.argmax(where))
    y, x = divmod(word // entry.layout.words_per_pixel, entry.columns)
    return f"word {word} (y{y}, x{x})"
