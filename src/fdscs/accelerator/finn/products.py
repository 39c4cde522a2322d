"""How many channels each of FINN's layers takes at once, for a number of cycles a frame.

Every layer gets the least parallelism with which it keeps up, and FINN folds by divisors alone.
"""

from dataclasses import dataclass

A_BITS = 27  # of a DSP48E2's wide input, where weights are packed


@dataclass(frozen=True)
class Product:
    """A matrix-vector product: `inputs` × `outputs` weights, for `vectors` pixels a frame.

    `kernel` is 1 or 3: inputs are kernel² times the channels.
    """

    inputs: int
    outputs: int
    vectors: int
    kernel: int
    weight_bits: int
    code_bits: int

    def cycles(self, simd: int, pe: int) -> int:
        """Cycles a frame."""
        return self.vectors * (self.inputs // simd) * (self.outputs // pe)

    def dsps(self, simd: int, pe: int) -> int:
        """DSP slices."""
        return simd * -(-pe // lanes(self.weight_bits, self.code_bits))


def lanes(weight_bits: int, code_bits: int) -> int:
    """Output channels that share a DSP48E2: NUM_LANES in FINN's mvu.sv, weights narrow.

    FINN's own estimate counts four whatever the widths.
    """
    return 1 + max(0, A_BITS - weight_bits) // (weight_bits + code_bits - 1)


def divisors(number: int) -> list[int]:
    """Ascending."""
    return [n for n in range(1, number + 1) if number % n == 0]


def least_parallel(channels: int, cycles_at_one: int, budget: int) -> int:
    """The smallest divisor of `channels` with which `cycles_at_one` cycles become ≤ `budget`.

    All channels if none does.
    """
    return next((n for n in divisors(channels) if cycles_at_one <= budget * n), channels)


def fold_product(product: Product, budget: int) -> tuple[int, int]:
    """SIMD and PE that keep within `budget` cycles a frame with the fewest DSP slices.

    Then with the narrowest weight memory, then the most even. The fastest possible if none does.
    SIMD is a divisor of the channels, or three or nine times one where the kernel is 3 × 3, so that
    the sliding window's words divide it or are divided by it.
    """
    channels = product.inputs // product.kernel**2
    factors = (1,) if product.kernel == 1 else (1, 3, 9)
    simds = {n * factor for n in divisors(channels) for factor in factors}
    keeping_up = {simd for simd in simds if _window_cycles(product, simd, budget) <= budget}
    candidates = [(simd, pe) for simd in keeping_up for pe in divisors(product.outputs)]
    fast = [each for each in candidates if product.cycles(*each) <= budget]
    if not fast:
        return channels * factors[-1], product.outputs

    def cost(each: tuple[int, int]) -> tuple[int, int, int, int]:
        simd, pe = each
        return product.dsps(simd, pe), simd * pe, max(simd, pe), simd

    return min(fast, key=cost)


def window_lanes(product: Product, simd: int, budget: int) -> int:
    """Channels at once of the sliding window before a product that reads `simd` at once.

    The fewest that keep up, whose number divides `simd` or is divided by it; the most if none does.
    """
    channels = product.inputs // product.kernel**2
    fitting = [n for n in divisors(channels) if simd % n == 0 or n % simd == 0]
    fast = [n for n in fitting if product.vectors * (product.inputs // n) <= budget]
    return min(fast) if fast else max(fitting)


def _window_cycles(product: Product, simd: int, budget: int) -> int:
    """Cycles a frame of the window before the product, if there is one."""
    if product.kernel == 1:
        return 0
    return product.vectors * (product.inputs // window_lanes(product, simd, budget))
