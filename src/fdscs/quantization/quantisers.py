"""Brevitas quantisers with power-of-two steps and the hardware's rounding."""

from typing import Any

import torch
from brevitas.core.bit_width import BitWidthConst
from brevitas.inject import ExtendedInjector
from brevitas.proxy import (
    ActQuantProxyFromInjector,
    BiasQuantProxyFromInjector,
    WeightQuantProxyFromInjector,
)
from torch import Tensor, nn

from fdscs.model.graph import Format

BIAS_BITS = 32
ROUNDING = "HALF_UP"  # as QONNX names it; the same as adding half and flooring where x >= 0


class _Quantise(torch.autograd.Function):
    """x → nearest whole multiple of the step, saturated; in one pass each way.

    Half is added, then floored, ties towards +∞: what an adder and a right shift do. The gradient
    passes where the value is in range, and with `pass_saturated` everywhere.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, step: Tensor, low: float, high: float, pass_saturated: bool
    ) -> Tensor:
        codes = (x / step).add_(0.5).floor_()
        if not pass_saturated:
            ctx.save_for_backward((codes >= low) & (codes <= high))
        return codes.clamp_(low, high).mul_(step)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:  # type: ignore[override]
        passed = gradient * ctx.saved_tensors[0] if ctx.saved_tensors else gradient
        return passed, None, None, None, None


class PowerOfTwoQuant(nn.Module):
    """Quantises to integers of `bits` bits with the step 2^−frac, one for all or one a channel."""

    def __init__(
        self, bits: int, signed: bool, narrow: bool, frac: Tensor, pass_saturated: bool
    ) -> None:
        super().__init__()
        self.register_buffer("frac", frac.to(torch.int32))
        self.bit_width = BitWidthConst(bits)
        self.signed, self.narrow, self.pass_saturated = signed, narrow, pass_saturated
        fmt = Format(bits, signed, 0)
        self.low, self.high = float(fmt.min + narrow), float(fmt.max)

    def step(self) -> Tensor:
        """2^−frac, exact in float32."""
        one = torch.ones(self.frac.shape, dtype=torch.float32, device=self.frac.device)
        return torch.ldexp(one, -self.frac)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Value on the grid, step, zero point and bit width, as Brevitas' proxies expect."""
        step = self.step().to(x.dtype)
        zero, bits = torch.zeros((), device=x.device), self.bit_width()
        codes = _Quantise.apply(x, step, self.low, self.high, self.pass_saturated)
        return codes, step, zero, bits


def weight_quantiser(bits: int, frac: Tensor) -> type[ExtendedInjector]:
    """Symmetric weights; `frac` is (O, 1, 1, 1), one step an output channel."""
    return _injector(
        WeightQuantProxyFromInjector, PowerOfTwoQuant(bits, True, True, frac, pass_saturated=True)
    )


def bias_quantiser(frac: Tensor) -> type[ExtendedInjector]:
    """Integer biases in accumulator steps; `frac` is (O,), that of the accumulator."""
    quant = PowerOfTwoQuant(BIAS_BITS, True, False, frac, pass_saturated=True)
    return _injector(BiasQuantProxyFromInjector, quant).let(requires_input_scale=False)


def activation_quantiser(fmt: Format) -> type[ExtendedInjector]:
    """Codes of `fmt`, one step for the tensor."""
    frac = torch.tensor(fmt.frac)
    return _injector(
        ActQuantProxyFromInjector,
        PowerOfTwoQuant(fmt.bits, fmt.signed, False, frac, pass_saturated=False),
    )


def _injector(proxy: type, quant: PowerOfTwoQuant) -> type[ExtendedInjector]:
    return ExtendedInjector.let(
        proxy_class=proxy,
        tensor_quant=quant,
        signed=quant.signed,
        narrow_range=quant.narrow,
        float_to_int_impl_type=ROUNDING,
    )
