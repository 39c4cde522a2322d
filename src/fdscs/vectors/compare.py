"""What came back from hardware, held against golden vectors: equal, or where not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.storage.errors import BadInput
from fdscs.vectors.dumps import SUFFIXES, Dump, read_dump
from fdscs.vectors.index import FORMATS, INDEX, Entry, read_index, verified
from fdscs.vectors.mismatch import LayerResult, Mismatch, compare_tensors

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class Compared:
    """A file that came back, compared word by word in the order of the stream."""

    entry: Entry
    file: str
    case: str
    elements: int  # compared: those that came back
    words: int  # that came back
    undefined: int  # codes with a digit X or Z
    mismatch: Mismatch | None
    fault: str | None
    last_equal: str | None
    not_compared: tuple[str, ...] = ()  # of TKEEP, TUSER and TLAST, what the file does not have

    @property
    def equal(self) -> bool:
        """Every value is there and as expected, and nothing else is wrong."""
        return self.mismatch is None and self.fault is None and self.words == self.entry.words

    @property
    def missing_words(self) -> int:
        """Words that the tensor has and the file has not."""
        return max(self.entry.words - self.words, 0)

    def __str__(self) -> str:
        before = f"last equal layer {self.last_equal}" if self.last_equal else "no layer before it"
        parts = [
            str(self.mismatch)
            if self.mismatch
            else f"{self.entry.name}: {self.elements} equal on {self.case}; {before}"
        ]
        if self.undefined:
            parts.append(f"{self.undefined} values undefined (X or Z)")
        if self.missing_words:
            c, y, x = position(self.entry, self.elements)
            parts.append(
                f"{self.missing_words} of {self.entry.words} words missing, from (c{c}, y{y}, "
                f"x{x}) on"
            )
        if self.words > self.entry.words:
            parts.append(f"{self.words - self.entry.words} words too many")
        return "; ".join([*parts, *([self.fault] if self.fault else [])])


@dataclass(frozen=True)
class Difference:
    """The first tensor that differs, to be shown; arrays are (C, rows, columns)."""

    compared: Compared
    expected: IntArray
    found: IntArray
    wrong: NDArray[np.bool_]  # which differ or are undefined
    absent: NDArray[np.bool_]  # which are undefined or missing

    @property
    def first(self) -> tuple[int, int, int] | None:
        """Channel, row and column of the first difference, else of the first value missing."""
        if self.compared.mismatch:
            c, y, x = self.compared.mismatch.index
            return c, y, x
        if self.compared.missing_words:
            return position(self.compared.entry, self.compared.elements)
        return None  # values are equal, something beside them is not


@dataclass
class Comparison:
    """The outcome, file by file in the order of the datapath."""

    files: list[Compared] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)  # tensors of which nothing came back
    first: Difference | None = None


def compare_dumps(
    dumps: Path, vectors: Path, signals: Mapping[str, str] | None = None
) -> Comparison:
    """Compare every file in `dumps` that is named after a tensor of `vectors`.

    `signals` says by tensor ("" for all others) what is in the name of the data in a capture.
    Raises BadInput where none is, and for files of either folder that cannot be read.
    """
    index = read_index(vectors)
    if not dumps.is_dir():
        raise BadInput(f"{dumps}: is not a folder; give the one with what came back.")
    result = Comparison()
    last_equal: str | None = None
    for entry in index.tensors:
        paths = _files(dumps, entry)
        if not paths:
            if entry.role in ("tensor", "accumulator"):
                result.not_compared.append(entry.name)
            continue
        expected = read_expected(vectors, entry)
        for path in paths:
            case = f"{index.images.pair}, {path.name}"
            dump = read_dump(path, entry, _signal(signals or {}, entry))
            compared, difference = _compare(expected, dump, path.name, entry, case, last_equal)
            result.files.append(compared)
            result.first = result.first or difference
        if all(each.equal for each in result.files[-len(paths) :]):
            last_equal = entry.name
    if not result.files:
        raise BadInput(
            f"{dumps}: holds nothing named after a tensor of {vectors / INDEX}; name files as "
            f"{index.tensors[-1].name}.hex."
            if index.tensors
            else f"{vectors}: holds no tensors; make them again."
        )
    return result


def read_expected(vectors: Path, entry: Entry) -> IntArray:
    """The tensor (C, rows, columns) of a set, from a file whose hash is that of the index."""
    kind = next(kind for kind in FORMATS if kind in entry.files)
    path = verified(vectors, entry.files[kind])
    dump = read_dump(path, entry)
    if dump.words != entry.words or dump.undefined is not None or dump.fault:
        raise BadInput(f"{path}: is not what its index says; make the vectors again.")
    return dump.codes


def position(entry: Entry, element: int) -> tuple[int, int, int]:
    """Channel, row and column of an element by its place in the stream."""
    pixel, c = divmod(element, entry.channels)
    return c, *divmod(pixel, entry.columns)


def _files(dumps: Path, entry: Entry) -> list[Path]:
    """What is called after a tensor; a .bin has its shape and type in its name."""
    paths = [dumps / f"{entry.name}.{suffix}" for suffix in SUFFIXES]
    shaped = sorted(dumps.glob(f"{entry.name}.[0-9]*.bin"))
    return [path for path in paths if path.exists()] + shaped


def _signal(signals: Mapping[str, str], entry: Entry) -> str | None:
    return signals.get(entry.name, signals.get(""))


def _compare(
    expected: IntArray, dump: Dump, file: str, entry: Entry, case: str, last_equal: str | None
) -> tuple[Compared, Difference | None]:
    """In the order of the stream, so that the first difference is the first in time."""
    count = elements_in(entry, dump.words)
    wanted, found = _stream(expected)[:count], _stream(dump.codes)[:count]
    undefined = np.zeros(expected.size, bool)
    if dump.undefined is not None:
        undefined = _stream(dump.undefined)
        found = np.where(undefined[:count], ~wanted, found)  # so that they are not equal
    results = {entry.name: LayerResult(entry.name)}
    mismatch = compare_tensors({entry.name: wanted}, {entry.name: found}, "found", case, results)
    if mismatch:
        (at,) = mismatch.index
        mismatch = replace(
            mismatch,
            index=position(entry, at),
            found="undefined" if undefined[at] else mismatch.found,
            last_equal=last_equal,
        )
    compared = Compared(
        entry, file, case, count, dump.words, int(undefined.sum()), mismatch, dump.fault,
        last_equal, dump.not_compared,
    )  # fmt: skip
    if compared.equal:
        return compared, None
    wrong = np.zeros(expected.size, bool)
    wrong[:count] = wanted != found
    absent = undefined | (np.arange(expected.size) >= count)
    masks = (_unstream(each, expected) for each in (wrong, absent))
    return compared, Difference(compared, expected, dump.codes, *masks)


def elements_in(entry: Entry, words: int) -> int:
    """Codes in the first `words` words of a tensor's stream."""
    pixels, rest = divmod(min(words, entry.words), entry.words_per_pixel)
    return pixels * entry.channels + min(rest * entry.lanes, entry.channels)


def _stream(tensor: NDArray[Kind]) -> NDArray[Kind]:
    return np.moveaxis(tensor, 0, -1).reshape(-1)


def _unstream(flat: NDArray[np.bool_], like: IntArray) -> NDArray[np.bool_]:
    channels, rows, columns = like.shape
    return np.moveaxis(flat.reshape(rows, columns, channels), -1, 0)
