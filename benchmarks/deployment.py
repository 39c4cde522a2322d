"""Ratios of the reference, the front end and quantised training, and how they grow.

python -m benchmarks.deployment -o runs/benchmarks

One thread. Every figure comes from a process of its own: the least of some runs after one that is
not counted, in seconds of the processor, and the most memory the process held. Weights and images
are random: neither time nor memory depends on them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from backends.float_network import FloatBackend
from backends.qonnx import QonnxBackend
from benchmarks import plain
from benchmarks.training import _processor
from export.build import Build
from export.qonnx import emit_qonnx
from hls_reference.run import run_front_end, run_images
from model.config import PAPER, Architecture, Config, replace
from model.fdscs import build_graph
from model.graph import Conv2d, Graph
from model.network import FloatNetwork
from storage.atomic import write_text
from storage.checkpoint import versions

SIZES = {"320x96": (96, 320), "1242x375": (375, 1242), "1920x1080": (1080, 1920)}
DISPARITIES = (32, 64, 128, 192)
QUICK = ((32, 64), 8)  # rows and columns, disparities
Run = Callable[[], object]
Size = tuple[int, int]


def network(disparities: int, quick: bool) -> Config:
    """`paper` with another number of disparities, or a tiny network."""
    small = {"encoder": (6, 4), "context": (4,), "unet": (4, 6)} if quick else {}
    precision = replace(PAPER.precision, weights={}, activations={})
    return replace(
        PAPER, architecture=Architecture(disparities=disparities, **small), precision=precision
    )


def frozen(config: Config) -> tuple[Graph, dict[str, np.ndarray]]:
    """The graph with integers of 8 bits that float32 can follow."""
    graph = build_graph(config.architecture, config.precision)
    graph = graph.with_accumulators({conv.name: 25 for conv in graph.of_type(Conv2d)})
    rng = np.random.default_rng(0)
    params: dict[str, np.ndarray] = {}
    for conv in graph.of_type(Conv2d):
        shape = (conv.channels, conv.in_channels, conv.kernel, conv.kernel)
        params[conv.weight] = rng.integers(-15, 16, shape).astype(np.int8)
        params[conv.bias] = rng.integers(-99, 99, conv.channels).astype(np.int32)
        params[f"{conv.name}.shift"] = np.full(conv.channels, 8, np.uint8)
    return graph, params


def images(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """A pair of noise."""
    left = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    return left, np.roll(left, -4, axis=1)


def reference(config: Config, size: Size) -> Run:
    """Every tensor of the integer datapath, every width asserted."""
    graph, params = frozen(config)
    pair = images(size)
    return lambda: run_images(graph, params, *pair)


def float_network(config: Config, size: Size) -> Run:
    """The float network and its front end in PyTorch."""
    net = FloatNetwork(config.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    backend, pair = FloatBackend(net.eval()), images(size)
    return lambda: backend.disparity_px(*pair)


def qonnx(config: Config, size: Size) -> Run:
    """qonnx's executor from the costs on, with every tensor."""
    graph, params = frozen(config)
    model = emit_qonnx(graph, params, *size, {})
    backend = QonnxBackend.__new__(QonnxBackend)  # of a model that no file holds
    build = Build(Path(), graph, params, {})
    super(QonnxBackend, backend).__init__(build, model, emit_qonnx)
    front = run_front_end(graph, *images(size))
    return lambda: backend.run_network(front["cost"], front["rgb"])


def front_end(config: Config, size: Size) -> Run:
    """The reference's front end."""
    graph, pair = frozen(config)[0], images(size)
    return lambda: run_front_end(graph, *pair)


def front_end_plainly(config: Config, size: Size) -> Run:
    """Integer costs of census words and chroma by loops over disparities and bits."""
    front = run_front_end(frozen(config)[0], *images(size))
    names = (f"{view}_{part}" for part in ("census", "u", "v") for view in ("left", "right"))
    maps = [torch.from_numpy(front[name].astype(np.int32)) for name in names]
    return lambda: plain.integer_costs(maps, config.architecture.disparities, 63)


PARTS: dict[str, Callable[[Config, Size], Run]] = {
    "reference": reference,
    "float PyTorch": float_network,
    "qonnx": qonnx,
    "front end": front_end,
    "front end, plain loops": front_end_plainly,
}
COMPARED = {  # part → to what
    "reference": ("float PyTorch", "qonnx"),
    "front end": ("front end, plain loops",),
}


def measured(run: Run, repetitions: int) -> dict[str, float]:
    """Least processor seconds, and the most memory in GB."""
    torch.set_num_threads(1)
    seconds = []
    for _ in range(repetitions + 1):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {"seconds": min(seconds[1:]), "gigabytes": peak}


def measure_apart(part: str, size: Size, disparities: int, quick: bool) -> dict[str, float]:
    """`measured` in a process of its own, with one thread in every library."""
    command = [
        sys.executable, "-m", "benchmarks.deployment", "--part", part,
        "--size", *map(str, size), "--disparities", str(disparities),
    ] + ["--quick"] * quick  # fmt: skip
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=alone)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def points(quick: bool) -> dict[str, tuple[Size, int]]:
    """What is measured at, by name: sizes at 128 disparities, then disparities at KITTI's size."""
    if quick:
        return {"64x32, 8": QUICK}
    sizes = {f"{name}, 128": (size, 128) for name, size in SIZES.items()}
    return sizes | {f"1242x375, {d}": (SIZES["1242x375"], d) for d in DISPARITIES}


def report_of(found: dict[str, dict[str, dict[str, float]]]) -> dict[str, object]:
    """Figures, ratios to what each part is compared with, and what they depend on."""
    ratios = {
        point: {
            f"{part} / {other}": parts[part]["seconds"] / parts[other]["seconds"]
            for part, others in COMPARED.items()
            for other in others
        }
        for point, parts in found.items()
    }
    machine = {"processor": _processor(), "threads": 1}
    return {"measured": found, "ratios": ratios, "machine": machine, "versions": versions()}


def table_of(found: dict[str, dict[str, dict[str, float]]]) -> Table:
    """A row a part and point."""
    table = Table("size, disparities", "", "s", "GB", title="one thread, processor time")
    for point, parts in found.items():
        for part, figures in parts.items():
            table.add_row(point, part, f"{figures['seconds']:.3f}", f"{figures['gigabytes']:.2f}")
    return table


def main() -> None:
    """Measure every part at every point, or the one that is named here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/benchmarks"))
    parser.add_argument("--quick", action="store_true", help="a tiny network, to see that it runs")
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--size", type=int, nargs=2)
    parser.add_argument("--disparities", type=int)
    options = parser.parse_args()
    if options.part:
        config = network(options.disparities, options.quick)
        run = PARTS[options.part](config, tuple(options.size))
        print(json.dumps(measured(run, 1 if options.quick else 3)))
        return
    found = {
        name: {part: measure_apart(part, *point, options.quick) for part in PARTS}
        for name, point in points(options.quick).items()
    }
    write_text(options.output / "deployment.json", json.dumps(report_of(found), indent=1) + "\n")
    console = Console(width=100, record=True)
    console.print(table_of(found))
    write_text(options.output / "deployment.txt", console.export_text())


if __name__ == "__main__":
    main()
