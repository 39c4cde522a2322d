"""The text of dumps: beats a line as .dat, and what all text of hexadecimal digits shares."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fdscs.storage.errors import BadInput
from fdscs.vectors.words import Bytes

CHUNK = 1 << 24  # bytes read at once
UNDEFINED, ABSENT, INVALID = 16, 17, 255  # beside the values of a digit

VALUE = np.full(256, INVALID, np.uint8)
for _value, _digits in enumerate(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "aA", "bB",
                                  "cC", "dD", "eE", "fF", "xXzZ"]):  # fmt: skip
    VALUE[np.frombuffer(_digits.encode(), np.uint8)] = _value

Block = list[Bytes]  # for each field of a line (N, digits): 0 to 15, UNDEFINED or ABSENT


def text_blocks(path: Path, widths: Sequence[int]) -> Iterator[Block]:
    """The lines of a .dat file, whose fields have `widths` digits.

    Comments after //, blank lines and _ between digits are passed over. A last line that was cut
    off is no line. Raises BadInput for any other line.
    """
    line = 1
    with path.open("rb") as file:
        chunk = file.readline()  # alone, because it may be a comment
        while chunk:
            chunk = chunk.replace(b"\r\n", b"\n")
            block = regular(chunk, widths)
            if block is None:
                block = _block(_lines(path, chunk, line, widths), widths)
            yield block
            line += chunk.count(b"\n")
            chunk = file.read(CHUNK) + file.readline()


def regular(chunk: bytes, widths: Sequence[int]) -> Block | None:
    """The fields of lines that are all of the same form; None if any is not."""
    length = sum(widths) + len(widths)
    if len(chunk) % length:
        return None
    rows = np.frombuffer(chunk, np.uint8).reshape(-1, length)
    ends = np.cumsum([width + 1 for width in widths]) - 1
    fields = [VALUE[rows[:, end - width : end]] for width, end in zip(widths, ends, strict=True)]
    separated = (rows[:, ends[:-1]] == ord(" ")).all() and (rows[:, -1] == ord("\n")).all()
    return fields if separated and all((f <= UNDEFINED).all() for f in fields) else None


def _block(lines: Sequence[bytes], widths: Sequence[int]) -> Block:
    block = regular(b"".join(line + b"\n" for line in lines), widths)
    assert block is not None, "lines were made regular"
    return block


def _lines(path: Path, chunk: bytes, first: int, widths: Sequence[int]) -> list[bytes]:
    """The lines of `chunk` in the regular form; `first` is the number of its first line."""
    found: list[bytes] = []
    *lines, cut_off = chunk.split(b"\n")
    for number, line in enumerate([*lines, cut_off], first):
        fields = line.partition(b"//")[0].replace(b"_", b"").split()
        if not fields:
            continue
        texts = [_field(field, width) for field, width in zip(fields, widths, strict=False)]
        if len(fields) == len(widths) and all(texts):
            found.append(b" ".join(each for each in texts if each))
        elif number < first + len(lines) or not re.fullmatch(rb"[0-9a-fA-FxXzZ_ \t]+", cut_off):
            raise BadInput(
                f"{path}, line {number}: {line[:40].decode('ascii', 'replace').strip()!r} is not "
                f"{_form(widths)}; see docs/vectors.md."
            )
    return found


def _field(text: bytes, width: int) -> bytes | None:
    """`text` as `width` digits if it is that many, or more that begin with zeros."""
    ahead, digits = text[:-width], text[-width:]
    if len(digits) < width or ahead.strip(b"0") or not re.fullmatch(rb"[0-9a-fA-FxXzZ]+", text):
        return None
    return digits


def _form(widths: Sequence[int]) -> str:
    return f"TDATA of {widths[0]} digits, TKEEP of {widths[1]}, TUSER and TLAST"
