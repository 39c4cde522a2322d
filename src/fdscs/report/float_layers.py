"""The integers of every layer beside the float network."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fdscs.backends.float_network import FloatBackend
from fdscs.calibration.deploy import deployed, reading_codes
from fdscs.evaluation.evaluate import predict_pair
from fdscs.hls_reference.run import Codes
from fdscs.model.back_end import upsample
from fdscs.model.config import Architecture
from fdscs.model.graph import Requantise
from fdscs.model.network import FloatNetwork
from fdscs.quantization.network import QuantNetwork
from fdscs.stereo_datasets.pair import StereoPair

CENTILES = (1.0, 50.0, 99.9)


@dataclass(frozen=True)
class Departure:
    """A requantised tensor of the integers against the float one, and how large that is."""

    mean: float  # of |difference|, in steps of the tensor's format
    largest: float
    decibels: float | None  # 10 log10(Σ float² / Σ difference²); None without a difference
    centiles: tuple[float, ...]  # CENTILES of what is above 0; 0 where nothing is
    most: float  # largest float value


@dataclass(frozen=True)
class FloatRun:
    """A float network on a pair, and how far the integers are from it."""

    name: str
    disparity: NDArray[Any]  # (H, W), px
    layers: dict[str, Departure]  # by requantised tensor
    scaled: bool  # layers are those of the float checkpoint, scaled to the integers' channels


def run_float(
    net: QuantNetwork, architecture: Architecture, given: FloatNetwork | None, pair: StereoPair,
    codes: Codes,
) -> FloatRun:  # fmt: skip
    """The float network that a build came from, or without it the build's own unrounded parameters.

    Disparity of a `given` network is that of its own float front end. Layers read the integer
    costs and colours in `codes`; equalisation was free to scale the channels of all but the last,
    so those of a given network are scaled by the factor that brings each channel nearest. Where
    channels were taken out since, layers are compared with the unrounded parameters.
    """
    own = unrounded(net, architecture)
    scaled = given is not None and _shapes(given) == _shapes(own)
    reading = deployed(given) if given is not None and scaled else own
    graph = net.graph
    with torch.no_grad():
        cost = torch.from_numpy(codes["cost"].astype(np.float32))[None]
        rgb = torch.from_numpy(codes["rgb"].astype(np.float32))[None] * graph.format_of("rgb").step
        values = reading.run(cost, rgb)
    layers = {}
    for relu in graph.of_type(Requantise):
        real, step = values[relu.name][0].numpy().astype(np.float64), relu.format.step
        if scaled and relu.name != graph.output:
            real *= _factors(real, codes[relu.name] * step)
        layers[relu.name] = departure(codes[relu.name], real, step)
    if given is not None:
        return FloatRun("float", predict_pair(FloatBackend(given), pair), layers, scaled)
    full = upsample(values[graph.output], *pair.size)[0, 0].numpy()
    return FloatRun("unrounded", full, layers, scaled)


def unrounded(net: QuantNetwork, architecture: Architecture) -> FloatNetwork:
    """A float network that reads cost codes, with the parameters of `net` as real numbers."""
    floats = FloatNetwork(architecture)
    for name, conv in net.convs.items():
        floats.set_plain(name, conv.weight, conv.bias)  # type: ignore[arg-type]
    return reading_codes(floats).eval()


def departure(codes: NDArray[Any], real: NDArray[Any], step: float) -> Departure:
    """What lies between codes (C, h, w) of `step` and real values (C, h, w)."""
    difference = np.abs(codes * step - real)
    noise, signal = float((difference**2).sum()), float((real**2).sum())
    above = real[real > 0]
    return Departure(
        mean=float(difference.mean()) / step,
        largest=float(difference.max()) / step,
        decibels=10 * float(np.log10(signal / noise)) if noise and signal else None,
        centiles=tuple(map(float, np.percentile(above, CENTILES))) if above.size else (0.0,) * 3,
        most=float(real.max()),
    )


def _factors(real: NDArray[Any], integers: NDArray[Any]) -> NDArray[Any]:
    """Of each channel (C, 1, 1), the g with the least Σ (g · real − integers)²."""
    products = (real * integers).sum(axis=(1, 2), keepdims=True)
    squares = (real**2).sum(axis=(1, 2), keepdims=True)
    return np.divide(products, squares, out=np.zeros_like(squares), where=squares > 0)


def _shapes(net: FloatNetwork) -> dict[str, torch.Size]:
    return {name: net.plain(name)[0].shape for name in net.convs}
