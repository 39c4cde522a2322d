"""A job of the tiny network with random integers, written by the project's own environment.

Usage: python tests/accelerator/finn/compiler/make_job.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter

sys.path.insert(0, str(Path(__file__).parents[4]))

from fdscs.accelerator.finn.job import write_job
from fdscs.accelerator.finn.target import Target
from fdscs.export.build import Build, parameter_shapes
from fdscs.hardware.boards import BOARDS
from fdscs.model.config import Config
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.pair import StereoPair
from tests.tiny import TINY

SMALL, LARGE = (46, 70), (61, 90)  # both need padding; the second has odd rows
DEAD = 2  # the channel of enc0 whose weights are all zero


def random_build(config: Config = TINY) -> Build:
    """Weights over their whole range; shifts that differ by channel and spread the codes."""
    graph = build_graph(config.architecture, config.precision)
    convs = graph.of_type(Conv2d)
    graph = graph.with_accumulators({conv.name: 24 for conv in convs})
    rng = np.random.default_rng(5)
    params = {}
    for name, shape in parameter_shapes(graph).items():
        conv = graph[name.split(".")[0]]
        assert isinstance(conv, Conv2d)
        if name == conv.weight:
            params[name] = rng.integers(-conv.weight_max, conv.weight_max + 1, shape)
        elif name == conv.bias:
            params[name] = rng.integers(-300, 600, shape)
        else:
            usual = round(np.log2(conv.in_channels * conv.kernel**2) / 2) + conv.weight_bits - 2
            params[name] = rng.integers(max(usual - 1, 0), usual + 2, shape).astype(np.uint8)
    params["enc0.weight"][DEAD] = 0
    params["enc0.shift"][DEAD] = 20
    return Build(Path(), graph, params, {})


def random_pair(rows: int, columns: int) -> StereoPair:
    """Smooth noise, and the same seen six pixels to the left."""
    noise = np.random.default_rng(1).integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    left = uniform_filter(noise, (3, 3, 1))
    return StereoPair("noise", left, np.roll(left, -6, axis=1))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    target = Target(BOARDS["KV260"], clock=200, fps=2000)
    options = {"thresholds_up_to": 4, "rates": False, "synthesise": False}
    write_job(folder, random_build(), target, LARGE, random_pair(*SMALL), options)
