"""Whether weights have their batch norms folded, and folding them on pairs.

A batch norm makes a layer's outputs vary by 1 over the population; so do the outputs of the plain
convolution into which it was folded. A raw training checkpoint has the same names and shapes, and
weights of any scale.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fdscs.model.config import PAPER
from fdscs.model.float_checkpoint import float_network, float_tensors
from fdscs.model.front_end import float_front_end
from fdscs.model.network import BatchNormConv2d, FloatNetwork
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.mixed import spread
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import track

Weights = Mapping[str, NDArray[np.float32]]
PROBED = ("enc1", "enc2", "enc3", "cenc", "cenc1")  # the outputs of enc0 vary most with the scene
# Root mean square of ln(deviation) over a layer's channels. The published folded weights have up to
# 0.23 on the probe; with every layer scaled by 1.25 it has 0.6, with unit norms 0.8.
FARTHEST = 0.35
PAIRS = 64  # on which statistics are taken, at most


def check_folded(weights: Weights, where: object) -> None:
    """Raise BadInput where the batch norms of `paper` weights are not folded.

    Two made-up pairs run through the network; each of PROBED must have outputs whose deviations
    over both pairs, a channel, are about 1.
    """
    probe = SyntheticPairs(2, (128, 384), max_disparity=120)
    for name, deviation in deviations(weights, probe).items():
        distance = float(np.sqrt(np.mean(np.log(np.maximum(deviation, 1e-12)) ** 2)))
        if name in PROBED and not distance <= FARTHEST:
            raise BadInput(
                f"{where}: its batch norms are not folded (the outputs of {name} deviate by "
                f"{np.median(deviation):.2g}, not about 1): a raw training checkpoint. Import the "
                "authors' bn600k.npz, or name pairs to fold it on: --dataset sceneflow --root DIR."
            )


def deviations(weights: Weights, pairs: Iterable[StereoPair]) -> dict[str, NDArray[np.float64]]:
    """Standard deviation (O,) of every normalised layer's outputs over all pixels of `pairs`."""
    net = float_network(weights, PAPER)
    seen: dict[str, list[tuple[Tensor, Tensor]]] = {name: [] for name in _normalised()}
    for pair in pairs:
        with torch.no_grad():
            values = net.run(*_inputs(pair))
        for name, each in seen.items():
            each.append(_moments(values[name]))
    return {name: _together(each)[1].sqrt().numpy() for name, each in seen.items()}


def folded(weights: Weights, dataset: StereoDataset) -> dict[str, NDArray[np.float32]]:
    """`weights` of a raw `paper` checkpoint with its batch norms folded.

    Their statistics are the population's over at most PAIRS pairs of `dataset`, evenly spread, as
    the authors' popstats.py takes them: each pair is normalised by its own mean and variance; the
    population's are the mean of the means, and the mean of the variances plus the variance of the
    means.
    """
    net = FloatNetwork(PAPER.architecture, train_batch_norm=True)
    for name, layer in net.convs.items():
        weight, bias = (torch.from_numpy(weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        if isinstance(layer, BatchNormConv2d):
            with torch.no_grad():
                layer.conv.weight.copy_(weight)
                layer.bias.copy_(bias)
        else:
            net.set_plain(name, weight, bias)
    _measure(net, dataset)
    return float_tensors(net.folded())


def _measure(net: FloatNetwork, dataset: StereoDataset) -> None:
    layers = [layer for layer in net.convs.values() if isinstance(layer, BatchNormConv2d)]
    seen: dict[Any, list[tuple[Tensor, Tensor]]] = {layer.norm: [] for layer in layers}

    def note(norm: Any, inputs: tuple[Tensor, ...]) -> None:
        seen[norm].append(_moments(inputs[0]))

    handles = [norm.register_forward_pre_hook(note) for norm in seen]
    with torch.no_grad():
        for index in track(spread(dataset, PAIRS), f"folding on {dataset.name}"):
            net.train().run(*_inputs(dataset[index]))
    for handle in handles:
        handle.remove()
    for norm, each in seen.items():
        mean, variance = _together(each)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)


def _normalised() -> list[str]:
    net = FloatNetwork(PAPER.architecture, train_batch_norm=True)
    return [name for name, layer in net.convs.items() if isinstance(layer, BatchNormConv2d)]


def _inputs(pair: StereoPair) -> tuple[Tensor, Tensor]:
    left, right = (
        torch.from_numpy(np.ascontiguousarray(view.transpose(2, 0, 1)))[None]
        for view in (pair.left, pair.right)
    )
    return float_front_end(left, right, PAPER.architecture.disparities)


def _moments(outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of (1, O, h, w), a channel."""
    variance, mean = torch.var_mean(outputs.double(), dim=(0, 2, 3), correction=0)
    return mean, variance


def _together(moments: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Mean and variance over all pairs, from those of each."""
    means, variances = (torch.stack(each) for each in zip(*moments, strict=True))
    return means.mean(dim=0), variances.mean(dim=0) + means.var(dim=0, correction=0)
