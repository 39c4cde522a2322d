"""Beats of a stream as a block of digits, with what a file does not have marked as absent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fdscs.storage.errors import BadInput
from fdscs.vectors.text import ABSENT, VALUE, Block
from fdscs.vectors.words import Bytes


@dataclass(frozen=True)
class Sizes:
    """Hexadecimal digits of TDATA and of TKEEP; TUSER and TLAST have one."""

    data: int
    keep: int

    @property
    def beside(self) -> tuple[int, int, int]:
        """Digits of TKEEP, TUSER and TLAST."""
        return (self.keep, 1, 1)


@dataclass(frozen=True)
class Beat:
    """The digits of a beat; None for what the file does not have."""

    data: bytes
    keep: bytes | None = None
    user: bytes | None = None
    last: bytes | None = None


def word(text: bytes, digits: int) -> bytes | None:
    """`text` as `digits` digits, X and Z among them, filled up with zeros; None if it is not."""
    if not re.fullmatch(rb"[0-9a-fA-FxXzZ]+", text):
        return None
    if len(text) < digits:
        return text.rjust(digits, b"xX"[:1] if re.fullmatch(rb"[xXzZ]+", text) else b"0")
    ahead, last = text[:-digits], text[-digits:]
    return None if ahead.strip(b"0") and not re.fullmatch(rb"[xXzZ]+", text) else last


def flag(where: str, text: str) -> bool:
    """A signal of one bit; raises BadInput for X and for anything else."""
    bit = text.strip().lower().removeprefix("0x").removeprefix("0b").lstrip("0") or "0"
    if bit not in ("0", "1") or not text.strip():
        raise BadInput(f"{where}: {text[:40]!r} is neither 0 nor 1; capture it as one bit.")
    return bit == "1"


def beats_block(beats: Sequence[Beat], sizes: Sizes) -> Block:
    """TDATA, TKEEP, TUSER and TLAST of beats, (N, digits) each."""
    keep, user, last = sizes.beside
    return [
        _field([beat.data for beat in beats], sizes.data),
        _field([beat.keep for beat in beats], keep),
        _field([beat.user for beat in beats], user),
        _field([beat.last for beat in beats], last),
    ]


def _field(texts: Sequence[bytes | None], digits: int) -> Bytes:
    if not texts or texts[0] is None:  # a file has a signal in all of its beats or in none
        return np.full((len(texts), digits), ABSENT, np.uint8)
    joined = np.frombuffer(b"".join(text or b"" for text in texts), np.uint8)
    field: Bytes = VALUE[joined].reshape(-1, digits)
    return field
