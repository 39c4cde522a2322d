"""Pairs named in a text file, one a line: left, right, and optionally disparity and its scale."""

import csv
import re
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePath, PureWindowsPath

from fdscs.stereo_datasets.dataset import Entry, FileDataset, check_folder, found_in
from fdscs.stereo_datasets.folder import load_pair
from fdscs.stereo_datasets.images import SUFFIXES
from fdscs.stereo_datasets.pictures import Reading
from fdscs.storage.errors import BadInput

NAMED = (*SUFFIXES, ".pfm")
NUMBER = re.compile(r"-?[0-9.]+(e-?[0-9]+)?")
FORM = "left right, or left right disparity, or left right disparity scale"


def find_listed(
    file: Path,
    folder: Path | None = None,
    scale: float | None = None,
    bits: int | None = None,
    bayer: str | None = None,
    side_by_side: bool = False,
) -> FileDataset:
    """The pairs listed in `file`; an id is the left file as written, without its
    suffix, and with the number of the line where an earlier one has the same.

    Paths are separated by commas, where each part is then the name of a picture or a PFM, or else
    by white space; those that hold any of it are put in double quotes.
    Backslashes are taken for Windows' separators. Relative paths start at `folder`, by default the
    list's own. Blank lines and those that begin with # are skipped. Disparity is read as
    `images.read_disparity` has it, with the line's scale, else `scale`; `bits`, `bayer` and
    `side_by_side` (where a line has no right file) are those of `pictures.Reading`. Raises
    BadInput for a line of another form, naming it.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{file}: cannot be read as a text file that lists pairs; give one."
        ) from error
    if folder is not None:
        check_folder(folder)
    reading = Reading(bits, bayer, side_by_side)
    entries = _entries(file, lines, folder or file.parent, reading, scale)
    return found_in(file, "list", entries, f"lines of the form: {FORM}")


def _entries(
    file: Path, lines: list[str], folder: Path, reading: Reading, scale: float | None
) -> Iterator[Entry]:
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        words = _words(file, number, line)
        if not words:
            continue
        views = 1 if reading.side_by_side else 2
        names, last = words[: views + 1], words[views + 1 :]
        if len(names) < views or len(last) > 1:
            raise BadInput(
                f"{file}: line {number} names {len(words)} files; it must name {FORM}"
                f"{' (the right one left out: side by side)' if views == 1 else ''}."
            )
        own = _scale(file, number, last[0]) if last else scale
        left, *others = (folder / name for name in names)
        right = others[0] if views == 2 else None
        disparity = others[-1] if len(names) > views else None
        id_ = PurePath(names[0]).with_suffix("").as_posix()
        if id_ in seen:  # one picture with two truths, say
            id_ = f"{id_}:{number}"
        seen.add(id_)
        yield Entry(id_, partial(load_pair, id_, left, right, disparity, reading, own))


def _words(file: Path, number: int, line: str) -> list[str]:
    """The words of a line, Windows' separators turned round; none where there is nothing to say."""
    text = line.strip()
    if not text or text.startswith("#"):
        return []
    try:
        words = next(csv.reader([text], skipinitialspace=True), [])
        if len(words) < 2 or not all(map(_is_word, words)):
            lexer = shlex.shlex(text, posix=True)
            lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
            lexer.quotes = '"'
            words = list(lexer)
    except (ValueError, csv.Error) as error:
        raise BadInput(
            f"{file}: line {number} has a quote without its other one; add it."
        ) from error
    words = [word.strip().strip('"') for word in words]
    while words and not words[-1]:
        words.pop()
    if "" in words or "\0" in text:
        raise BadInput(f"{file}: line {number} has an empty name; it must name {FORM}.")
    return [PureWindowsPath(word).as_posix() if "\\" in word else word for word in words]


def _is_word(text: str) -> bool:
    """Whether text between commas is a file's name or a scale, or nothing."""
    word = text.strip().strip('"')
    return not word or PurePath(word).suffix.lower() in NAMED or bool(NUMBER.fullmatch(word))


def _scale(file: Path, number: int, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not 1e-6 < abs(value) < 1e9:
        raise BadInput(
            f"{file}: line {number} has {word!r} for a scale; give a number, such as KITTI's 256."
        )
    return value
