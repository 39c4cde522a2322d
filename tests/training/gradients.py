"""Gradients of one distillation step, by as many processes as the first argument says."""

import sys
from pathlib import Path

import numpy as np
import torch

from calibration.calibrate import calibrate
from model.config import Config, Training
from model.network import FloatNetwork
from stereo_datasets.synthetic import SyntheticPairs
from tests.tiny import TINY
from training.data import Sampler, Share
from training.engine import engine
from training.phases import quantised_phase

TRAINING = Training(crop=(64, 96), batch=2, imitation=1, features=1, max_scale=1.2)
CONFIG = Config(TINY.architecture, TINY.precision, TRAINING)


def main(devices: int, folder: Path) -> None:
    """Write the gradients of every parameter to `folder`."""
    torch.set_num_threads(1)
    fabric = engine(devices)
    real = FloatNetwork(CONFIG.architecture)
    real.initialise(torch.Generator().manual_seed(0))
    pairs = SyntheticPairs(4, size=(64, 96), max_disparity=14, seed=3)
    net, teacher = calibrate(real, CONFIG, pairs)
    phase = quantised_phase(net, teacher, CONFIG, fabric)
    share = Share(fabric.global_rank, fabric.world_size)
    batch = Sampler(pairs, TRAINING, 0, share).batch(0)
    loss, _ = phase.step(batch.left, batch.right, batch.disparity, batch.valid)
    fabric.backward(loss)
    if fabric.is_global_zero:
        gradients = {name: each.grad.numpy() for name, each in net.named_parameters()}
        np.savez(folder / f"{devices}.npz", **gradients)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
