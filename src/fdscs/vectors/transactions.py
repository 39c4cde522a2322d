"""Transaction files of Vitis HLS' co-simulation: the words of one port."""

import re
from collections.abc import Iterator
from pathlib import Path

from fdscs.storage.errors import BadInput
from fdscs.vectors.beats import Beat, Sizes, beats_block, word
from fdscs.vectors.text import Block

BEGIN, END = "[[[runtime]]]", "[[[/runtime]]]"
BEATS = 1 << 16  # made to a block at once


def is_transactions(path: Path) -> bool:
    """Whether a .dat file is one of Vitis HLS' co-simulation."""
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(BEGIN.encode())


def transaction_blocks(path: Path, sizes: Sizes) -> Iterator[Block]:
    """The words of all transactions, one after another.

    Lines are [[[runtime]]], then of each transaction [[transaction]] and its number, a word 0x… a
    line and [[/transaction]], then [[[/runtime]]]. Raises BadInput, naming the line, for others.
    """
    beats: list[Beat] = []
    inside = False
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            said = line.decode("ascii", "replace").strip()
            if re.fullmatch(r"\[\[transaction\]\]\s*\d*", said) or said == "[[/transaction]]":
                inside = not said.startswith("[[/")
            elif said in ("", BEGIN, END):
                continue
            elif inside:
                if line.endswith(b"\n"):  # else it was cut off
                    beats.append(Beat(_word(f"{path}, line {number}", said, sizes)))
            else:
                raise BadInput(
                    f"{path}, line {number}: {said[:40]!r} is outside a transaction; copy the file "
                    "of co-simulation whole."
                )
            if len(beats) == BEATS:
                yield beats_block(beats, sizes)
                beats = []
    yield beats_block(beats, sizes)


def _word(where: str, said: str, sizes: Sizes) -> bytes:
    digits = said.strip('"').removeprefix("0x").removeprefix("0X")
    found = word(digits.encode("ascii", "replace"), sizes.data)
    if found is None:
        raise BadInput(
            f"{where}: {said[:40]!r} is no word of {4 * sizes.data} bits; give the file of the "
            "port that carries TDATA."
        )
    return found
