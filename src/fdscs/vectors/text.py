"""The text of dumps: lines of hexadecimal, and captures of Vivado's logic analyser."""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fdscs.storage.errors import BadInput
from fdscs.vectors.words import Bytes

CHUNK = 1 << 24  # bytes read at once
ROWS = 1 << 16  # of a capture
UNDEFINED, INVALID = 16, 255  # beside the values of a digit
RADIX = {"HEX": 16, "UNSIGNED": 10, "OCTAL": 8, "BINARY": 2}

VALUE = np.full(256, INVALID, np.uint8)
for _value, _digits in enumerate(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "aA", "bB",
                                  "cC", "dD", "eE", "fF", "xXzZ"]):  # fmt: skip
    VALUE[np.frombuffer(_digits.encode(), np.uint8)] = _value

Block = list[Bytes]  # for each field of a line (N, digits): 0 to 15, or UNDEFINED


def text_blocks(path: Path, widths: Sequence[int]) -> Iterator[Block]:
    """The lines of a .hex or .dat file, whose fields have `widths` digits.

    Comments after //, blank lines and _ between digits are passed over, and addresses (@0) that
    go on where the words before them stopped. A last line that was cut off is no line. Raises
    BadInput for any other line.
    """
    line, words = 1, 0
    with path.open("rb") as file:
        chunk = file.readline()  # alone, because it may be a comment
        while chunk:
            chunk = chunk.replace(b"\r\n", b"\n")
            block = _regular(chunk, widths)
            if block is None:
                block = _block(_lines(path, chunk, line, words, widths), widths)
            yield block
            line += chunk.count(b"\n")
            words += len(block[0])
            chunk = file.read(CHUNK) + file.readline()


def _regular(chunk: bytes, widths: Sequence[int]) -> Block | None:
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
    block = _regular(b"".join(line + b"\n" for line in lines), widths)
    assert block is not None, "lines were made regular"
    return block


def _lines(
    path: Path, chunk: bytes, first: int, words: int, widths: Sequence[int]
) -> list[bytes]:  # fmt: skip
    """The lines of `chunk` in the regular form; `first` is the number of its first line.

    `words` have been read before.
    """
    regular: list[bytes] = []
    *lines, cut_off = chunk.split(b"\n")
    for number, line in enumerate([*lines, cut_off], first):
        fields = line.partition(b"//")[0].replace(b"_", b"").split()
        if not fields:
            continue
        if len(fields) == 1 and re.fullmatch(rb"@[0-9a-fA-F]{1,16}", fields[0]):
            if int(fields[0][1:], 16) != words + len(regular):
                raise BadInput(f"{path}, line {number}: the address leaves words out; dump them.")
            continue
        found = [_field(field, width) for field, width in zip(fields, widths, strict=False)]
        if len(fields) == len(widths) and all(found):
            regular.append(b" ".join(each for each in found if each))
        elif number < first + len(lines) or not re.fullmatch(rb"[0-9a-fA-FxXzZ_ \t]+", cut_off):
            raise BadInput(
                f"{path}, line {number}: {line[:40].decode('ascii', 'replace').strip()!r} is not "
                f"{_form(widths)}; see docs/vectors.md."
            )
    return regular


def _field(text: bytes, width: int) -> bytes | None:
    """`text` as `width` digits if it is that many, or more that begin with zeros."""
    ahead, digits = text[:-width], text[-width:]
    if len(digits) < width or ahead.strip(b"0") or not re.fullmatch(rb"[0-9a-fA-FxXzZ]+", text):
        return None
    return digits


def _form(widths: Sequence[int]) -> str:
    if len(widths) == 1:
        return f"a word of {widths[0]} hexadecimal digits"
    return f"TDATA of {widths[0]} digits, TKEEP of {widths[1]}, TUSER and TLAST"


def csv_blocks(path: Path, digits: int) -> Iterator[Block]:
    """TDATA of the beats in a capture as Vivado's logic analyser exports it.

    The first line names the columns, the second gives their radix. Where there are columns of
    TVALID and TREADY, a sample is a beat if both are 1. Raises BadInput for anything else.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            lines: list[bytes] = []
            for line in _beats(path, reader, digits):
                lines.append(line)
                if len(lines) == ROWS:
                    yield _block(lines, [digits])
                    lines = []
            yield _block(lines, [digits])
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a readable .csv file ({error}); dump it again.") from error


def _beats(path: Path, reader: "csv._reader", digits: int) -> Iterator[bytes]:  # type: ignore[name-defined]
    header: list[str] = next(reader, [])
    radices: list[str] = next(reader, [])
    data = _column(path, header, "tdata")
    if data is None or len(radices) != len(header) or not radices[0].startswith("Radix"):
        raise BadInput(
            f"{path}: expected a line of column names, one with tdata in it, then their radix."
        )
    radix = radices[data].removeprefix("Radix - ").strip().upper()
    if radix not in RADIX:
        raise BadInput(f"{path}: {header[data]} is in radix {radix}; export it as HEX.")
    named = (_column(path, header, each, header[data]) for each in ("tvalid", "tready"))
    flags = [column for column in named if column is not None]
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if len(row) != len(header):
            raise BadInput(
                f"{where}: has {len(row)} columns, the header {len(header)}; dump it again."
            )
        if any(row[column] not in ("0", "1") for column in flags):
            raise BadInput(f"{where}: TVALID and TREADY must be 0 or 1.")
        if all(row[column] == "1" for column in flags):
            yield _word(where, row[data], RADIX[radix], digits)


def _word(where: str, text: str, base: int, digits: int) -> bytes:
    """A value in `base` as `digits` hexadecimal digits."""
    try:
        if base == 16 and re.fullmatch(r"[0-9a-fA-FxXzZ]+", text):
            word = text.encode()
        else:
            word = b"%x" % int(text, base)
        found = _field(word.rjust(digits, b"0"), digits)
    except ValueError:
        found = None
    if found is None:
        raise BadInput(f"{where}: {text[:40]!r} is no TDATA of {4 * digits} bits; dump it again.")
    return found


def _column(path: Path, header: Sequence[str], what: str, data: str = "") -> int | None:
    """The column whose name contains `what`; of several, the one named as column `data` is."""
    names = [name.lower() for name in header]
    found = [at for at, name in enumerate(names) if what in name]
    if len(found) > 1 and data:
        alike = data.lower().partition("[")[0].replace("tdata", what)
        found = [at for at in found if names[at].partition("[")[0] == alike] or found
    if len(found) > 1:
        listed = ", ".join(header[at] for at in found[:3])
        raise BadInput(f"{path}: several columns are a {what} ({listed}); export one stream.")
    return found[0] if found else None
