"""Training beside the same written plainly: steps a second, and the cost volume alone.

python -m benchmarks.training -o runs/benchmarks

One thread, whose own time counts and not that of others on the machine. Every figure comes from a
process of its own, so that no one's memory helps another. Ratios are of medians.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from benchmarks import plain
from fdscs.model.config import PRESETS, Config, replace
from fdscs.model.cost_volume import integer_costs, normalised_costs
from fdscs.model.front_end import census_words
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.atomic import write_text
from fdscs.storage.checkpoint import versions
from fdscs.training.data import Sampler
from fdscs.training.engine import engine, keep_memory
from fdscs.training.phase import float_phase, train_step

SATURATION = 63
Part = Callable[[Config], Callable[[], object]]  # sets up, returns what is timed


def step_of_ours(config: Config) -> Callable[[], object]:
    """A step of `fdscs train`, as it is."""
    fabric = engine()
    net = FloatNetwork(config.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(0))
    phase = float_phase(net, config, fabric)
    batch = _batch(config)
    return lambda: train_step(phase, batch)


def step_in_bfloat16(config: Config) -> Callable[[], object]:
    """The same in mixed precision."""
    return step_of_ours(replace(config, training=replace(config.training, bfloat16=True)))


def step_plainly(config: Config) -> Callable[[], object]:
    """A step of a plain loop."""
    net = plain.Fdscs(config.architecture)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-4)
    batch = _batch(config)
    tensors = (batch.left, batch.right, batch.disparity, batch.valid)
    return lambda: plain.train_step(net, optimiser, tensors)


def step_plainly_kept(config: Config) -> Callable[[], object]:
    """A step of a plain loop with our settings of the memory allocator."""
    keep_memory()
    return step_plainly(config)


def costs_of_ours(config: Config) -> Callable[[], object]:
    """Normalised costs from YUV."""
    engine()
    left, right = _yuv(config)
    mean, scale = (torch.tensor(each).numpy() for each in (plain.COST_MEAN, plain.COST_SCALE))

    def costs() -> Tensor:
        census = census_words(left[:, 0]), census_words(right[:, 0])
        u, v = ((left[:, k], right[:, k]) for k in (1, 2))
        return normalised_costs(census, u, v, config.architecture.disparities, mean, scale)

    return costs


def costs_plainly(config: Config) -> Callable[[], object]:
    """The same by loops over disparities and bits."""
    left, right = _yuv(config)
    return lambda: plain.normalised_costs(left, right, config.architecture.disparities)


def costs_plainly_kept(config: Config) -> Callable[[], object]:
    """The same with our settings of the memory allocator."""
    keep_memory()
    return costs_plainly(config)


def integers_of_ours(config: Config) -> Callable[[], object]:
    """Integer costs from census words and chroma codes, as quantised training has them."""
    engine()
    maps = _codes(config)
    pairs = [(maps[k], maps[k + 1]) for k in (0, 2, 4)]
    return lambda: integer_costs(*pairs, config.architecture.disparities, SATURATION)


def integers_plainly(config: Config) -> Callable[[], object]:
    """The same by loops over disparities and bits."""
    maps = _codes(config)
    return lambda: plain.integer_costs(maps, config.architecture.disparities, SATURATION)


def integers_plainly_kept(config: Config) -> Callable[[], object]:
    """The same with our settings of the memory allocator."""
    keep_memory()
    return integers_plainly(config)


PARTS: dict[str, tuple[str, Part, int]] = {  # what is measured, its setting up, repetitions
    "step": ("training step", step_of_ours, 5),
    "step, bfloat16": ("training step", step_in_bfloat16, 5),
    "step, plain": ("training step", step_plainly, 5),
    "step, plain, memory kept": ("training step", step_plainly_kept, 5),
    "costs": ("cost volume", costs_of_ours, 15),
    "costs, plain": ("cost volume", costs_plainly, 5),
    "costs, plain, memory kept": ("cost volume", costs_plainly_kept, 5),
    "integer costs": ("integer cost volume", integers_of_ours, 15),
    "integer costs, plain": ("integer cost volume", integers_plainly, 5),
    "integer costs, plain, memory kept": ("integer cost volume", integers_plainly_kept, 5),
}


def main() -> None:
    """Measure every part in a process of its own, or the one that is named here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", choices=PRESETS, default="paper")
    parser.add_argument("-o", "--output", type=Path, default=Path("runs/benchmarks"))
    parser.add_argument("--part", choices=PARTS)
    options = parser.parse_args()
    config = PRESETS[options.config]
    if options.part:
        print(json.dumps(measured(PARTS[options.part][1], config, PARTS[options.part][2])))
        return
    found: dict[str, list[float]] = {}
    for name in PARTS:
        command = [sys.executable, "-m", "benchmarks.training", "--config", options.config]
        done = subprocess.run([*command, "--part", name], check=True, stdout=subprocess.PIPE)
        found[name] = json.loads(done.stdout.splitlines()[-1])
    report = report_of(found, config)
    write_text(options.output / "training.json", json.dumps(report, indent=1) + "\n")
    console = Console(width=100, record=True)
    console.print(table_of(report))
    write_text(options.output / "training.txt", console.export_text())


def measured(part: Part, config: Config, repetitions: int) -> list[float]:
    """Processor seconds of each repetition, after one that is not counted."""
    torch.set_num_threads(1)
    run = part(config)
    seconds = []
    for _ in range(repetitions + 1):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return seconds[1:]


def report_of(found: dict[str, list[float]], config: Config) -> dict[str, object]:
    """Medians, ratios to ours, and what they depend on."""
    medians = {name: statistics.median(seconds) for name, seconds in found.items()}
    ratios = {
        name: medians[name] / medians[name.partition(",")[0]] for name in found if "," in name
    }
    training = config.training
    return {
        "seconds": found,
        "median_seconds": medians,
        "times_as_long_as_ours": ratios,
        "crop": training.crop,
        "batch": training.batch,
        "disparities": config.architecture.disparities,
        "threads": 1,
        "machine": {"processor": processor(), "python": platform.python_version()},
        "versions": versions(),
    }


def table_of(report: dict[str, object]) -> Table:
    """One row a part."""
    medians, ratios = report["median_seconds"], report["times_as_long_as_ours"]
    assert isinstance(medians, dict) and isinstance(ratios, dict)
    rows, columns = report["crop"]  # type: ignore[misc]
    title = f"{report['batch']} crops of {columns}x{rows}, {report['disparities']} disparities"
    table = Table("", "ms", "a second", "times as long", title=title)
    for name, seconds in medians.items():
        ratio = f"{ratios[name]:.2f}" if name in ratios else ""
        table.add_row(name, f"{1000 * seconds:.1f}", f"{1 / seconds:.2f}", ratio)
    return table


def _batch(config: Config):  # type: ignore[no-untyped-def]
    crop = config.training.crop
    pairs = SyntheticPairs(8, crop, max_disparity=crop[1] / 6)
    return Sampler(pairs, config.training, 0).batch(0)


def _yuv(config: Config) -> tuple[Tensor, Tensor]:
    size = (config.training.batch, 3, *(each // 2 for each in config.training.crop))
    generator = torch.Generator().manual_seed(0)
    left = torch.rand(size, generator=generator)
    return left, left.roll(-3, dims=3)


def _codes(config: Config) -> list[Tensor]:
    left, right = _yuv(config)
    views = [census_words(each[:, 0]) for each in (left, right)]
    chroma = [(each[:, k] * 255).int() for k in (1, 2) for each in (left, right)]
    return [*views, *chroma]


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


if __name__ == "__main__":
    main()
