"""Number formats and typed operations: what the nodes of a graph are.

Nothing here computes; docs/datapath.md says what each operation does to the integers. Only the
standard library is needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

Shape = tuple[int, int, int]  # channels, rows, columns


class InvalidGraph(ValueError):
    """The graph, or one of its nodes, is not one that a datapath can have."""


def require(condition: bool, message: str) -> None:
    """Raise InvalidGraph with `message` unless `condition` holds."""
    if not condition:
        raise InvalidGraph(message)


@dataclass(frozen=True)
class Format:
    """Fixed point: an integer code of `bits` bits that stands for code · 2^−frac."""

    bits: int
    signed: bool
    frac: int

    def __post_init__(self) -> None:
        require(
            type(self.bits) is int and 1 <= self.bits <= 32, f"{self.bits} bits: 1 to 32 supported"
        )
        require(type(self.signed) is bool, f"signed must be true or false, not {self.signed!r}")
        require(
            type(self.frac) is int and -64 <= self.frac <= 64,
            f"{self.frac} fraction bits: -64 to 64 supported",
        )

    @property
    def min(self) -> int:
        """Smallest code."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def max(self) -> int:
        """Largest code."""
        return (1 << (self.bits - self.signed)) - 1

    @property
    def step(self) -> float:
        """The value of one code, exact: a power of two."""
        return 2.0**-self.frac

    def __str__(self) -> str:
        return f"{'s' if self.signed else 'u'}{self.bits}.{self.frac}"


# What a field of each declared type may hold: graphs are read from files, which may hold anything.
_IS: dict[Any, Callable[[Any], bool]] = {
    int: lambda value: type(value) is int,
    int | None: lambda value: value is None or type(value) is int,
    str: lambda value: type(value) is str,
    Format: lambda value: isinstance(value, Format),
    tuple[str, ...]: lambda value: type(value) is tuple and all(type(x) is str for x in value),
    tuple[int, int, int]: lambda value: (
        type(value) is tuple and len(value) == 3 and all(type(x) is int for x in value)
    ),
}


@dataclass(frozen=True)
class Op:
    """A node: reads the tensors `inputs`, makes the tensor `name` with `channels` channels."""

    name: str
    inputs: tuple[str, ...]
    channels: int
    arity: ClassVar[int] = 1
    sized_by: ClassVar[int] = 0  # how many of the last inputs give their size and nothing else

    def __post_init__(self) -> None:
        require(type(self.name) is str and self.name.isidentifier(), f"{self.name!r} is no name")
        for each in fields(self):
            value = getattr(self, each.name)
            require(_IS[each.type](value), f"{self.name}: {each.name} is {value!r}")
        require(
            len(self.inputs) == self.arity,
            f"{self.name}: {len(self.inputs)} inputs; {type(self).__name__} takes {self.arity}",
        )
        require(
            1 <= self.channels <= 4096,
            f"{self.name}: {self.channels} channels: 1 to 4096 supported",
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """The inputs whose values it reads: all but those whose size alone it takes."""
        return self.inputs[: self.arity - self.sized_by]

    def output_shape(self, *shapes: Shape) -> Shape:
        """Shape made from inputs of `shapes`."""
        return (self.channels, *shapes[0][1:])

    def check(self, sources: Sequence["Op"]) -> None:
        """Raise InvalidGraph unless the node fits the nodes it reads."""
        same = all(source.channels == self.channels for source in sources)
        require(same, f"{self.name}: channels differ from those of {', '.join(self.inputs)}")


@dataclass(frozen=True)
class Formatted(Op):
    """A node whose output codes have one format of their own."""

    format: Format


# --- Front end: camera pixels to integer costs -------------------------------------------------


@dataclass(frozen=True)
class Image(Formatted):
    """The uint8 pixels of one view."""

    arity: ClassVar[int] = 0

    def check(self, sources: Sequence[Op]) -> None:
        require(self.format == Format(8, False, 0), f"{self.name}: pixels are u8.0")


@dataclass(frozen=True)
class BlockSum(Formatted):
    """Sum of each 2×2 block; an odd size repeats the first row or column."""

    def output_shape(self, *shapes: Shape) -> Shape:
        channels, rows, columns = shapes[0]
        return (channels, (rows + 1) // 2, (columns + 1) // 2)


@dataclass(frozen=True)
class ColourMix(Formatted):
    """Weighted sum of red, green and blue, rounded half up and shifted right by `shift`."""

    coefficients: tuple[int, int, int]
    shift: int

    def check(self, sources: Sequence[Op]) -> None:
        require(sources[0].channels == 3, f"{self.name}: reads three colours")
        require(0 <= self.shift <= 31, f"{self.name}: shift {self.shift}: 0 to 31 supported")
        require(self.channels == 1, f"{self.name}: makes one channel")


@dataclass(frozen=True)
class CentredRgb(Formatted):
    """Block sums narrowed to signed codes with zero at mid-grey."""


@dataclass(frozen=True)
class Census(Formatted):
    """24 comparisons of each pixel with its 5×5 neighbours, one bit each."""

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources)
        require(self.format == Format(24, False, 0), f"{self.name}: census words are u24.0")


@dataclass(frozen=True)
class CostVolume(Formatted):
    """Hamming, |ΔU| and |ΔV| costs of every disparity; inputs are left and right of each in turn.

    Channel 3·d + k holds cost k of disparity d; |ΔU| and |ΔV| saturate at `saturation`.
    """

    disparities: int
    saturation: int
    arity: ClassVar[int] = 6

    def check(self, sources: Sequence[Op]) -> None:
        require(self.channels == 3 * self.disparities, f"{self.name}: three channels per disparity")
        require(
            self.format.max >= 24 and 0 <= self.saturation <= self.format.max,
            f"{self.name}: costs do not fit {self.format}",
        )

    def maxima(self) -> tuple[int, int, int]:
        """Largest code of each of the three costs."""
        return (24, self.saturation, self.saturation)


# --- Network -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conv2d(Op):
    """Convolution with integer weights and bias, zero padding 'same'; makes the accumulator.

    Weights have `weight_bits` bits, symmetric (−2^(b−1)+1 …), and a power-of-two step per output
    channel. `acc_bits` is the signed accumulator width: the proven one once parameters are
    frozen, before that the limit that calibration and training keep, or None.
    """

    in_channels: int
    kernel: int
    weight_bits: int
    acc_bits: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.kernel in (1, 3), f"{self.name}: kernel {self.kernel}: 1 and 3 supported")
        require(
            2 <= self.weight_bits <= 16, f"{self.name}: {self.weight_bits} weight bits: 2 to 16"
        )
        require(
            self.acc_bits is None or 1 <= self.acc_bits <= 64,
            f"{self.name}: {self.acc_bits} accumulator bits: 1 to 64 supported",
        )

    def check(self, sources: Sequence[Op]) -> None:
        require(
            sources[0].channels == self.in_channels,
            f"{self.name}: {self.in_channels} input channels, {self.inputs[0]} has "
            f"{sources[0].channels}",
        )

    @property
    def weight(self) -> str:
        """Name of the weight codes (O, I, k, k) among the parameters."""
        return f"{self.name}.weight"

    @property
    def bias(self) -> str:
        """Name of the bias (O,), in accumulator steps, among the parameters."""
        return f"{self.name}.bias"

    @property
    def shift(self) -> str:
        """Name of the shifts (O,) of its requantisation among the parameters."""
        return f"{self.name}.shift"

    @property
    def weight_max(self) -> int:
        """Largest magnitude of a weight code."""
        return (1 << (self.weight_bits - 1)) - 1


@dataclass(frozen=True)
class Requantise(Formatted):
    """ReLU, add half, shift right by the channel's shift, saturate."""

    @property
    def shift(self) -> str:
        """Name of the shifts (C,) among the parameters: those of the convolution it reads."""
        return f"{self.inputs[0]}.shift"

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources)
        require(isinstance(sources[0], Conv2d), f"{self.name}: reads an accumulator")
        require(not self.format.signed, f"{self.name}: a ReLU's codes are unsigned")


@dataclass(frozen=True)
class Concat(Op):
    """Channels of the first input, then of the second; both have the same step."""

    arity: ClassVar[int] = 2

    def check(self, sources: Sequence[Op]) -> None:
        total = sum(source.channels for source in sources)
        require(self.channels == total, f"{self.name}: {self.channels} channels, inputs {total}")


@dataclass(frozen=True)
class MaxPool(Op):
    """Maximum of each 2×2 block."""

    def output_shape(self, *shapes: Shape) -> Shape:
        channels, rows, columns = shapes[0]
        return (channels, rows // 2, columns // 2)


@dataclass(frozen=True)
class DepthToSpace(Op):
    """Block-major: out[c, 2y+i, 2x+j] = in[(2i+j)·C + c, y, x]."""

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.channels, 2 * shapes[0][1], 2 * shapes[0][2])

    def check(self, sources: Sequence[Op]) -> None:
        require(sources[0].channels == 4 * self.channels, f"{self.name}: input is not 4x as deep")


@dataclass(frozen=True)
class ReflectPad(Op):
    """Mirror the borders (the border pixel not repeated) up to multiples of `multiple`."""

    multiple: int

    def __post_init__(self) -> None:
        super().__post_init__()
        require(1 <= self.multiple <= 64, f"{self.name}: multiple {self.multiple}: 1 to 64")

    def pads(self, rows: int, columns: int) -> tuple[int, int, int, int]:
        """Rows above, rows below, columns left, columns right; the odd one goes last."""
        down, across = -rows % self.multiple, -columns % self.multiple
        return (down // 2, down - down // 2, across // 2, across - across // 2)

    def output_shape(self, *shapes: Shape) -> Shape:
        channels, rows, columns = shapes[0]
        top, bottom, left, right = self.pads(rows, columns)
        require(
            max(top, bottom) < rows and max(left, right) < columns,
            f"{self.name}: {rows}x{columns} is too small to mirror up to multiples of "
            f"{self.multiple}",
        )
        return (channels, rows + top + bottom, columns + left + right)


@dataclass(frozen=True)
class Crop(Op):
    """Take off what `pad` added: the first input's inner part, the size of the second input."""

    arity: ClassVar[int] = 2
    sized_by: ClassVar[int] = 1

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.channels, *shapes[1][1:])

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources[:1])


# --- Back end ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Upsample(Formatted):
    """Full-resolution disparity: bilinear where it is within 1 px of nearest, else nearest."""

    arity: ClassVar[int] = 2  # the half-resolution disparity, and the image whose size to take
    sized_by: ClassVar[int] = 1

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.channels, *shapes[1][1:])

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources[:1])
