"""Networks as torch modules, from batches of pictures to disparity."""

from copy import deepcopy
from dataclasses import replace
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import CHECKPOINT
from fdscs.export.exporter import export_build
from fdscs.library.batches import check_batch
from fdscs.library.build import Build
from fdscs.library.load import load
from fdscs.model.back_end import upsample
from fdscs.model.config import Config, Precision
from fdscs.model.config_file import config_from, config_to
from fdscs.model.float_checkpoint import (
    FLOAT,
    UNFOLDED,
    float_tensors,
    load_float,
    load_trainable,
    save_float,
)
from fdscs.model.front_end import float_front_end
from fdscs.model.images import DEFAULT_SIZE
from fdscs.model.network import FloatNetwork
from fdscs.quantization.accumulators import limit_accumulators
from fdscs.quantization.front_end import network_inputs
from fdscs.quantization.network import QuantNetwork
from fdscs.quantization.quant_checkpoint import QUANTISED, load_quantised, save_quantised
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput


class StereoNetwork(nn.Module):
    """Left and right pictures, uint8 (N, 3, H, W), to disparity of the left, (N, 1, H, W) px.

    `network` is what is learnt, from the cost volume to the half-resolution disparity: float, or
    quantised with Brevitas, whose forward pass rounds as the hardware does and whose gradient
    passes through the rounding. The front end has nothing to learn. `config` is its configuration.
    """

    def __init__(self, network: FloatNetwork | QuantNetwork, config: Config) -> None:
        super().__init__()
        self.network, self.config = network, config

    @property
    def quantised(self) -> bool:
        """Whether it computes with the integers' rounding."""
        return isinstance(self.network, QuantNetwork)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Disparity (N, 1, H, W) px, float32, differentiable by every parameter.

        Raises BadInput for anything but two uint8 batches of one size that is large enough.
        """
        return upsample(self.half_resolution(left, right), *left.shape[2:])

    def half_resolution(self, left: Tensor, right: Tensor) -> Tensor:
        """Disparity (N, 1, ⌈H/2⌉, ⌈W/2⌉) before upsampling, in px of the full resolution.

        Training in this package compares this one with the ground truth, each value standing for
        2×2 pixels.
        """
        check_batch(self.network.graph, left, right)
        with torch.no_grad():
            cost, rgb = self._front_end(left, right)
        half: Tensor = self.network(cost.contiguous(memory_format=torch.channels_last), rgb)
        return half

    def limit_accumulators(self) -> None:
        """Bring weights back within accumulators that the configuration limits, if it does.

        For after each step of an optimiser, where `config.precision` has accumulator_bits.
        """
        if isinstance(self.network, QuantNetwork):
            limit_accumulators(self.network)

    def save(self, path: str | PathLike[str]) -> None:
        """Write a checkpoint, batch norms folded, that every command and `load_network` take."""
        if isinstance(self.network, QuantNetwork):
            save_quantised(Path(path), deepcopy(self.network).cpu(), self.config, {})
        else:
            tensors = float_tensors(deepcopy(self.network).cpu())
            save_float(Path(path), tensors, self.config, {})

    def calibrated(
        self, pairs: StereoDataset, precision: Precision | None = None
    ) -> "StereoNetwork":
        """The same network quantised: steps chosen and weights rounded on crops of `pairs`.

        No ground truth is needed. `precision` holds the widths, by default those of the
        configuration. Raises BadInput for a network that is quantised already, and for widths of
        layers that it does not have.
        """
        if not isinstance(self.network, FloatNetwork):
            raise BadInput("the network is quantised already; calibrate the float one.")
        wanted = replace(self.config, precision=precision or self.config.precision)
        wanted = config_from(config_to(wanted), "precision")
        network = calibrate(deepcopy(self.network).cpu(), wanted, pairs)[0]
        return StereoNetwork(network, wanted).eval()

    def export(self, folder: str | PathLike[str], size: tuple[int, int] = DEFAULT_SIZE) -> Build:
        """Freeze to integers and write the build `folder`, as `fdscs export`; the open build.

        The ONNX models in it are for pictures of `size`, (rows, columns); all else is for any. The
        network itself stays as it is. Raises BadInput for a float network, and where a layer
        cannot be frozen.
        """
        if not isinstance(self.network, QuantNetwork):
            raise BadInput("a float network has no integers; export what `calibrated` makes of it.")
        with TemporaryDirectory() as temporary:
            checkpoint = Path(temporary) / CHECKPOINT
            self.save(checkpoint)
            network, config, _ = load_quantised(checkpoint)
            export_build(network, config, checkpoint, Path(folder), size)
        return load(folder)

    def _front_end(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        graph = self.network.graph
        if isinstance(self.network, QuantNetwork):
            return network_inputs(graph, left, right)
        return float_front_end(left, right, self.network.architecture.disparities)


def network_of(path: Path) -> StereoNetwork:
    """The network of the checkpoint `path`, float, unfolded or quantised, in evaluation mode."""
    checkpoint = load_checkpoint(path, FLOAT, UNFOLDED, QUANTISED)
    if checkpoint.kind == QUANTISED:
        return StereoNetwork(*load_quantised(path)[:2]).eval()
    if checkpoint.kind == FLOAT:
        return StereoNetwork(*load_float(path)).eval()
    config = config_from(checkpoint.header.get("config"), path)
    return StereoNetwork(load_trainable(path), config).eval()
