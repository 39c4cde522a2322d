"""Codes to words and back: the one place where the bit layout of golden vectors is.

A tensor (C, rows, columns) becomes words of `lanes` channels of one pixel each; docs/vectors.md has
the layout with an example. In memory a word is a row of bytes, the lowest bits first.
Needs nothing but NumPy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray, assert_fits, dtype_of

Bytes = NDArray[np.uint8]

DIGITS = np.frombuffer(b"".join(b"%02x" % value for value in range(256)), np.uint16)  # of a byte
SPACE, NEWLINE, ZERO = b" \n0"


@dataclass(frozen=True)
class Lanes:
    """How the channels of a pixel lie in words.

    Channel g·lanes + i is bits i·bits … (i+1)·bits − 1 of word g of its pixel, in two's complement
    where `signed`; lanes of the last word without a channel are 0.
    """

    channels: int
    lanes: int
    bits: int  # of a code, 1 to 64
    signed: bool

    def __post_init__(self) -> None:
        if self.channels < 1 or self.lanes < 1 or not 1 <= self.bits <= 64:
            raise ValueError(f"{self}: channels and lanes start at 1, bits are 1 to 64")

    @property
    def words_per_pixel(self) -> int:
        """Words that hold the channels of one pixel."""
        return -(-self.channels // self.lanes)

    @property
    def word_bits(self) -> int:
        """Bits of a word."""
        return self.lanes * self.bits

    @property
    def word_bytes(self) -> int:
        """Bytes of a word in memory, and of TDATA."""
        return -(-self.word_bits // 8)

    @property
    def digits(self) -> int:
        """Hexadecimal digits of a word."""
        return -(-self.word_bits // 4)


def pack(codes: IntArray, layout: Lanes, where: str = "codes") -> Bytes:
    """Codes (C, rows, columns) → words (rows · columns · words_per_pixel, word_bytes).

    Pixels row by row, the words of a pixel after one another. Raises WidthError, naming `where`, if
    a code does not fit.
    """
    fitting = assert_fits(codes, layout.bits, layout.signed, where)
    little = fitting.dtype.newbyteorder("<")
    spare = layout.words_per_pixel * layout.lanes - layout.channels
    pixels = np.moveaxis(fitting, 0, -1).reshape(-1, layout.channels).astype(little, order="C")
    padded = np.pad(pixels, ((0, 0), (0, spare))) if spare else pixels
    lanes = padded.view(np.uint8).reshape(-1, layout.lanes, little.itemsize)
    if layout.bits == 8 * little.itemsize:
        return lanes.reshape(len(lanes), -1)
    bits = np.unpackbits(lanes, axis=2, count=layout.bits, bitorder="little")
    return np.packbits(bits.reshape(len(lanes), -1), axis=1, bitorder="little")


def unpack(words: Bytes, layout: Lanes, rows: int, columns: int) -> IntArray:
    """The codes (C, rows, columns) that `pack` made the words of, in the narrowest integer type."""
    dtype = dtype_of(layout.bits, layout.signed)
    bits = np.unpackbits(words, axis=1, count=layout.word_bits, bitorder="little")
    lanes = np.packbits(
        bits.reshape(len(words), layout.lanes, layout.bits), axis=2, bitorder="little"
    )
    whole = np.zeros((*lanes.shape[:2], dtype.itemsize), np.uint8)
    whole[..., : lanes.shape[2]] = lanes
    codes = whole.view(dtype.newbyteorder("<")).astype(dtype, copy=False)
    if layout.signed:
        spare = dtype.type(8 * dtype.itemsize - layout.bits)
        codes = (codes << spare) >> spare  # repeats the sign bit
    pixels = codes.reshape(rows, columns, -1)[..., : layout.channels]
    return np.moveaxis(pixels, -1, 0)


def hex_lines(words: Bytes, layout: Lanes) -> bytes:
    """One word a line, `digits` digits each, as $readmemh reads them."""
    text = np.empty((len(words), layout.digits + 1), np.uint8)
    text[:, :-1] = _digits(words)[:, -layout.digits :]
    text[:, -1] = NEWLINE
    return text.tobytes()


def beat_lines(words: Bytes, layout: Lanes, columns: int, first: bool) -> bytes:
    """One AXI4-Stream beat a line: TDATA TKEEP TUSER TLAST, the first two in hexadecimal.

    `words` are those of whole rows of `columns` pixels; `first` says whether a frame starts here.
    """
    keep = b"%x" % ((1 << layout.word_bytes) - 1)
    digits = 2 * layout.word_bytes
    text = np.full((len(words), digits + len(keep) + 6), SPACE, np.uint8)
    text[:, :digits] = _digits(words)
    text[:, digits + 1 : -5] = np.frombuffer(keep, np.uint8)
    text[:, -4] = ZERO + (first & (np.arange(len(words)) == 0))
    text[:, -2] = ZERO + ends_row(len(words), layout, columns)
    text[:, -1] = NEWLINE
    return text.tobytes()


def ends_row(words: int, layout: Lanes, columns: int) -> NDArray[np.bool_]:
    """Which of `words` words are the last of their row: those with TLAST."""
    beats = columns * layout.words_per_pixel
    return np.equal(np.arange(words) % beats, beats - 1)


def as_tensor(values: IntArray) -> IntArray:
    """Values of any shape in the form that is packed, (C, rows, columns).

    Weights (O, I, k, k) become (I, O, k·k): a row for each output channel, a column for each tap =
    kernel row · k + kernel column. Biases and shifts (O,) become (O, 1, 1).
    """
    if values.ndim == 4:
        return values.reshape(*values.shape[:2], -1).swapaxes(0, 1)
    return values.reshape(-1, 1, 1) if values.ndim == 1 else values


def from_tensor(tensor: IntArray, shape: tuple[int, ...]) -> IntArray:
    """The values of `shape` that `as_tensor` was given."""
    return (tensor.swapaxes(0, 1) if len(shape) == 4 else tensor).reshape(shape)


def _digits(words: Bytes) -> Bytes:
    """(N, bytes), lowest first → (N, 2·bytes) characters, highest first."""
    return np.take(DIGITS, words[:, ::-1]).view(np.uint8)
