"""What each tensor's width costs: quantise one tensor alone, look at the disparity."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor

from fdscs.calibration import SENSITIVITY_PAIRS
from fdscs.calibration.deploy import deployed
from fdscs.calibration.equalise import equalise
from fdscs.calibration.observe import Inputs, calibration_inputs, sample_activations
from fdscs.calibration.refit import FINER, gptq, regression
from fdscs.calibration.sensitivity_table import (
    ACTIVATIONS,
    USUAL,
    WEIGHTS,
    WIDTHS,
    Measurement,
    readers,
)
from fdscs.calibration.steps import activation_steps, coarsest_frac
from fdscs.calibration.together import Sample
from fdscs.model import graph as g
from fdscs.model.config import Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.network import TABLE, FloatNetwork
from fdscs.stereo_datasets.dataset import StereoDataset

CROP = (160, 512)  # rows, columns: large enough to see all disparities
OFF = 1.0  # px: an error that counts in `over_1px`

Values = Mapping[str, Tensor]
Share = Mapping[tuple[str, str], float]


def sensitivity(
    net: FloatNetwork,
    dataset: StereoDataset,
    pairs: int = SENSITIVITY_PAIRS,
    widths: Sequence[int] = WIDTHS,
) -> Iterator[Measurement]:
    """Rows for every convolution's weights and every activation, at each of `widths`.

    Central crops of `pairs` pairs of `dataset`; ground truth is not used. Deterministic.
    """
    graph = build_graph(net.architecture)
    return sensitivity_on(net, calibration_inputs(graph, dataset, pairs, CROP), widths)


@torch.no_grad()
def sensitivity_on(
    net: FloatNetwork, inputs: Sequence[Inputs], widths: Sequence[int] = WIDTHS
) -> Iterator[Measurement]:
    """`sensitivity` on network inputs: cost codes (1, 3·D, h, w) and rgb (1, 3, h, w)."""
    real = deployed(net)
    equalise(real)
    share = readers(real.graph)
    names = [relu.name for relu in _activations(real.graph)]
    samples = sample_activations(real, inputs, names)
    yield from _of_weights(*_scaled(real, samples, USUAL), inputs, widths, share)
    for bits in widths:
        yield from _of_activations(*_scaled(real, samples, bits), inputs, bits, share)


def _of_weights(
    net: FloatNetwork,
    frac: Mapping[str, int],
    inputs: Sequence[Inputs],
    widths: Sequence[int],
    share: Share,
) -> Iterator[Measurement]:
    graph = build_graph(net.architecture, Precision(activation_bits=USUAL), frac)
    runs = runs_of(net, inputs)
    generator = torch.Generator().manual_seed(0)
    for conv in net.graph.of_type(g.Conv2d):
        weight, bias = (each.clone() for each in net.plain(conv.name))
        layer = net.convs[conv.name]
        power, mean = _moments(net, conv, runs, generator)
        for bits in widths:
            rounded = _rounded(weight.double().flatten(1), power, _with_bits(conv, bits))
            moved = (weight.double().flatten(1) - rounded) @ mean  # keeps the mean output
            net.set_plain(conv.name, rounded.float().reshape(weight.shape), bias + moved.float())
            changed = [{conv.name: layer(values[conv.inputs[0]])} for values in runs]
            row = _measurement(net, conv.name, WEIGHTS, bits, share, runs, changed)
            yield replace(row, shift=_least_shift(graph, weight, _with_bits(conv, bits)))
        net.set_plain(conv.name, weight, bias)


def _of_activations(
    net: FloatNetwork, frac: Mapping[str, int], inputs: Sequence[Inputs], bits: int, share: Share
) -> Iterator[Measurement]:
    runs = runs_of(net, inputs)
    for relu in _activations(net.graph):
        fmt = g.Format(bits, False, frac[relu.name])
        changed = [{relu.name: _quantised(values[relu.name], fmt)} for values in runs]
        yield _measurement(net, relu.inputs[0], ACTIVATIONS, bits, share, runs, changed)


def _scaled(real: FloatNetwork, samples: Values, bits: int) -> tuple[FloatNetwork, dict[str, int]]:
    """A copy of `real`, scaled for activations of `bits` as calibration does, and their steps."""
    net = deepcopy(real)
    wide = build_graph(net.architecture, Precision(activation_bits=bits))
    fixed = {wide.output: wide.format_of(wide.output).frac, "rgb": wide.format_of("rgb").frac}
    return net, activation_steps(net, wide, samples, fixed)


def _activations(graph: g.Graph) -> list[g.Requantise]:
    """The requantised tensors whose width is for choice."""
    return [relu for relu in graph.of_type(g.Requantise) if relu.name != graph.output]


def runs_of(net: FloatNetwork, inputs: Sequence[Inputs]) -> list[Values]:
    """What every node but the convolutions makes of each input: all that a rerun reads."""
    runs = []
    for cost, rgb in inputs:
        values = net.run(cost, rgb)
        runs.append({name: x for name, x in values.items() if name not in net.convs})
    return runs


def rerun(net: FloatNetwork, before: Values, changed: Values) -> Tensor:
    """The disparity with the tensors `changed`; only what depends on them is computed again."""
    values = dict(changed)
    for node in net.nodes:
        if node.name not in values and any(name in values for name in node.inputs):
            inputs = (values[name] if name in values else before[name] for name in node.inputs)
            values[node.name] = TABLE[type(node)](net, node, *inputs)
    return values[net.graph.output]


def _measurement(
    net: FloatNetwork,
    layer: str,
    kind: str,
    bits: int,
    share: Share,
    runs: Sequence[Values],
    changed: Sequence[Values],
) -> Measurement:
    errors = [
        (rerun(net, before, after) - before[net.graph.output]).double().abs().flatten()
        for before, after in zip(runs, changed, strict=True)
    ]
    error = torch.cat(errors)
    return Measurement(
        layer,
        kind,
        bits,
        share[layer, kind],
        float(error.mean()),
        float(error.square().mean()),
        100 * float((error > OFF).double().mean()),
    )


def _moments(
    net: FloatNetwork, conv: g.Conv2d, runs: Sequence[Values], generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Second moment (n, n) of the centred windows that `conv` reads, and their mean (n,)."""
    sources = [values[conv.inputs[0]] for values in runs]
    samples = [Sample(net.convs[conv.name](source), source) for source in sources]
    windows = regression(conv, samples, generator).inputs
    mean = windows.mean(dim=0)
    centred = windows - mean
    return centred.T @ centred / len(centred), mean


def _rounded(weight: Tensor, power: Tensor, conv: g.Conv2d) -> Tensor:
    """Rows (O, n) rounded as calibration rounds them, each with the step that errs least."""
    candidates = [
        gptq(weight, power, coarsest_frac(weight, conv) + finer, conv.weight_max)
        for finer in range(FINER)
    ]
    errors = [weight - each for each in candidates]
    losses = torch.stack([((error @ power) * error).sum(dim=1) for error in errors])
    best = losses.argmin(dim=0)
    return torch.stack(candidates)[best, torch.arange(len(weight))]


def _least_shift(graph: g.Graph, weight: Tensor, conv: g.Conv2d) -> int:
    """Smallest shift of a channel whose weights do not saturate; below 0 they would have to."""
    frac = int(coarsest_frac(weight.flatten(1), conv).min())
    return frac + graph.format_of(conv.inputs[0]).frac - graph.relu_of(conv.name).format.frac


def _with_bits(conv: g.Conv2d, bits: int) -> g.Conv2d:
    return replace(conv, weight_bits=bits)


def _quantised(x: Tensor, fmt: g.Format) -> Tensor:
    return (x / fmt.step + 0.5).floor().clamp(fmt.min, fmt.max) * fmt.step
