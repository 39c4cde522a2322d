"""Gradients of a float step and of a distillation step, by so many processes."""

import sys
from pathlib import Path

import numpy as np
import torch

from fdscs.calibration.calibrate import calibrate
from fdscs.model.config import Config, Training
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.training.data import Sampler, Share
from fdscs.training.engine import engine
from fdscs.training.phase import Phase, float_phase, quantised_phase
from fdscs.training.population import measure_population
from tests.tiny import TINY

TRAINING = Training(
    crop=(64, 96), batch=2, imitation=1, features=1, max_scale=1.2, population_batches=3
)
CONFIG = Config(TINY.architecture, TINY.precision, TRAINING)


def main(devices: int, folder: Path) -> None:
    """Write the gradients of every parameter, and the statistics of batch norms, to `folder`."""
    torch.set_num_threads(1)
    fabric = engine(devices)
    pairs = SyntheticPairs(4, size=(64, 96), max_disparity=14, seed=3)
    sampler = Sampler(pairs, TRAINING, 0, Share(fabric.global_rank, fabric.world_size))
    normalised = FloatNetwork(CONFIG.architecture, train_batch_norm=True)
    normalised.initialise(torch.Generator().manual_seed(0))
    phase = float_phase(normalised, CONFIG, fabric)
    found = gradients(phase, sampler)
    found |= {name: each.numpy().copy() for name, each in normalised.named_buffers()}
    measure_population(phase, sampler)
    found |= {f"population.{k}": each.numpy() for k, each in normalised.named_buffers()}
    real = FloatNetwork(CONFIG.architecture)
    real.initialise(torch.Generator().manual_seed(0))
    net, teacher = calibrate(real, CONFIG, pairs)
    quantised = gradients(quantised_phase(net, teacher, CONFIG, fabric), sampler)
    found |= {f"quantised.{name}": each for name, each in quantised.items()}
    if fabric.is_global_zero:
        np.savez(folder / f"{devices}.npz", **found)


def gradients(phase: Phase, sampler: Sampler) -> dict[str, np.ndarray]:
    batch = sampler.batch(0)
    loss, _ = phase.step(batch.left, batch.right, batch.disparity, batch.valid)
    phase.fabric.backward(loss)
    return {name: each.grad.numpy() for name, each in phase.net.named_parameters()}


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
