"""Captures of logic analysers as .csv: Vivado's own export, and ChipScoPy's."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fdscs.storage.errors import BadInput
from fdscs.vectors.beats import Beat, Sizes, beats_block, flag, word
from fdscs.vectors.signals import BESIDE, DATA, Stream, stream_of
from fdscs.vectors.text import Block

ROWS = 1 << 16  # of a capture, made to a block at once
RADIX = {"HEX": 16, "UNSIGNED": 10, "SIGNED": -10, "OCTAL": 8, "BINARY": 2}
PREFIX = {16: "0x", 8: "0o", 2: "0b"}
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class _Layout:
    """What the first two lines say: names, radix of each column, the stream, the gap's column."""

    names: Sequence[str]
    radices: Sequence[str]
    stream: Stream
    gap: int | None


def csv_blocks(path: Path, sizes: Sizes, signal: str | None) -> Iterator[Block]:
    """The beats of a capture: samples whose TVALID and TREADY, where they are there, are 1.

    Columns are separated by commas, semicolons or tabs. The first line names them, the second gives
    their radix. `signal` is in the name of the column with the data, "tdata" by default. Raises
    BadInput, naming line, column and remedy, for anything else.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(DELIMITERS, key=first.count)
            reader = csv.reader(file, delimiter=delimiter)
            beats: list[Beat] = []
            for beat in _beats(path, reader, sizes, signal):
                beats.append(beat)
                if len(beats) == ROWS:
                    yield beats_block(beats, sizes)
                    beats = []
            yield beats_block(beats, sizes)
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a readable .csv file ({error}); dump it again.") from error


def _beats(
    path: Path,
    reader: "csv._reader",  # type: ignore[name-defined]
    sizes: Sizes,
    signal: str | None,
) -> Iterator[Beat]:
    layout = _layout(path, next(reader, []), next(reader, []), signal)
    stream = layout.stream
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(layout.names):
            raise BadInput(
                f"{where}: has {len(row)} columns, the header {len(layout.names)}; capture again."
            )
        if layout.gap is not None and row[layout.gap].strip().lower() not in ("0", "false"):
            continue  # no sample, but where some were not captured
        handshake = [stream[name] for name in ("TVALID", "TREADY") if name in stream]
        if not all(flag(_place(where, layout, at), row[at]) for at in handshake):
            continue
        beside = []
        for name, digits in zip(BESIDE, sizes.beside, strict=True):
            at = stream.get(name)
            cell = None if at is None else _digits(where, layout, at, row[at], digits)
            beside.append(cell)
        yield Beat(_digits(where, layout, stream[DATA], row[stream[DATA]], sizes.data), *beside)


def _layout(
    path: Path, names: Sequence[str], radices: Sequence[str], signal: str | None
) -> _Layout:
    gaps = [k for k, name in enumerate(names) if name.strip().upper() == "GAP"]
    if gaps and len(radices) == len(names) - 1:  # ChipScoPy gives it no radix
        radices = [*radices[: gaps[0]], "UNSIGNED", *radices[gaps[0] :]]
    if not radices or not radices[0].strip().startswith("Radix"):
        raise BadInput(
            f'{path}, line 2, column 1: expected the radix of each column, "Radix - …", after a '
            "line of names; export the capture again, whole."
        )
    if len(radices) != len(names):
        raise BadInput(
            f"{path}, line 2: has {len(radices)} columns, line 1 {len(names)}; export it again."
        )
    stream = stream_of(f"{path}, line 1", names, signal)
    layout = _Layout(names, radices, stream, gaps[0] if gaps else None)
    for at in stream.values():
        radix = _radix(layout, at)
        if radix not in RADIX:
            raise BadInput(
                f"{_place(f'{path}, line 2', layout, at)}: the radix is {radix[:40]!r}; export it "
                f"as one of {', '.join(RADIX)}."
            )
    return layout


def _radix(layout: _Layout, at: int) -> str:
    return layout.radices[at].strip().removeprefix("Radix - ").strip().upper()


def _place(where: str, layout: _Layout, at: int) -> str:
    return f"{where}, column {at + 1} ({layout.names[at][:40]})"


def _digits(where: str, layout: _Layout, at: int, cell: str, digits: int) -> bytes:
    """A cell, in the radix of its column, as so many hexadecimal digits."""
    base = RADIX[_radix(layout, at)]
    text = cell.strip().replace("_", "")
    text = text.removeprefix(PREFIX.get(base, "")).removeprefix(PREFIX.get(base, "").upper())
    if base != 16 and not re.fullmatch(r"[xXzZ]+", text):
        text = _hexadecimal(text, abs(base), base < 0, _width(layout.names[at], digits))
    found = word(text.encode("ascii", "replace"), digits)
    if found is None:
        raise BadInput(
            f"{_place(where, layout, at)}: {cell[:40]!r} is no value of {4 * digits} bits in "
            f"radix {_radix(layout, at)}; capture again, or export it as HEX."
        )
    return found


def _hexadecimal(text: str, base: int, signed: bool, width: int) -> str:
    """A number of `base` in hexadecimal, negative ones in two's complement; "" for no number."""
    if len(text) > 4096 or not re.fullmatch(r"-?\d+" if signed else r"\d+", text, re.ASCII):
        return ""
    try:
        value = int(text, base)
    except ValueError:
        return ""
    if value < 0:
        value = value + (1 << width) if -value <= 1 << (width - 1) else -1
    return f"{value:x}" if value >= 0 else ""


def _width(name: str, digits: int) -> int:
    """Bits of a signal, by its name "tdata[15:0]", else those of so many digits."""
    found = re.search(r"\[\s*(\d{1,5})\s*:\s*(\d{1,5})\s*\]\s*$", name, re.ASCII)
    return abs(int(found[1]) - int(found[2])) + 1 if found else 4 * digits
