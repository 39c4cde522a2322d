"""Ratios of the reference, the front end and quantised training, and how they grow.

python -m benchmarks.deployment -o runs/benchmarks

Every figure is the least of some runs in two processes. The first run of a process, which is
slower, has a figure of its own; memory is the most that a process held, its libraries with it. The
processes of one comparison follow each other, so that what else the machine does falls on all.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.parts import (
    DISTILLING,
    FLOAT,
    FLOAT_STEP,
    FRONT_END,
    IN_TRAINING,
    KEPT,
    LOOPS,
    ON_PAIRS,
    PARTS,
    QONNX,
    REFERENCE,
    STEP,
    Run,
    Size,
    network,
)
from benchmarks.training import processor
from fdscs.model.config import PAPER
from fdscs.storage.atomic import write_text
from fdscs.storage.checkpoint import versions
from fdscs.storage.progress import track

SIZES = {"320x96": (96, 320), "1242x375": (375, 1242), "1920x1080": (1080, 1920)}
KITTI = "1242x375"
DISPARITIES = (32, 64, 128, 192)
ROUNDS = 2  # processes a figure
SECONDS = ("seconds", "first_seconds")
Figures = dict[str, dict[str, float]]  # of every part: seconds, first_seconds, gigabytes


@dataclass(frozen=True)
class Point:
    """What is measured at: rows and columns of a pair, disparities, threads."""

    size: Size
    disparities: int = 128
    threads: int = 1

    def __str__(self) -> str:
        rows, columns = self.size
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{columns}x{rows}, {self.disparities} disparities, {threads}"


QUICK = Point((64, 64), 8)


COMPARED = [  # what, to what
    (REFERENCE, FLOAT),
    (KEPT, FLOAT),
    (KEPT, QONNX),
    (FRONT_END, LOOPS),
    (STEP, FLOAT_STEP),
    (DISTILLING, FLOAT_STEP),
]


def measured(run: Run, repetitions: int) -> dict[str, float]:
    """Seconds of the first run, the least of those after it, and the most memory in GB."""
    seconds = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {"seconds": min(seconds[1:]), "first_seconds": seconds[0], "gigabytes": peak}


def measure_apart(part: str, point: Point, quick: bool) -> dict[str, float]:
    """`measured` in a process of its own, with as many threads in every library."""
    command = [
        sys.executable, "-m", "benchmarks.deployment", "--part", part,
        "--size", *map(str, point.size), "--disparities", str(point.disparities),
    ] + ["--quick"] * quick  # fmt: skip
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(point.threads))
    env = {**os.environ, **threads}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=env)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(parts: Iterable[str], point: Point, quick: bool) -> Figures:
    """Every part at a point, in turns."""
    rounds = [
        {part: measure_apart(part, point, quick) for part in parts}
        for _ in range(1 if quick else ROUNDS)
    ]
    return {
        part: {
            **{key: min(each[part][key] for each in rounds) for key in SECONDS},
            "gigabytes": max(each[part]["gigabytes"] for each in rounds),
        }
        for part in parts
    }


def points(quick: bool) -> list[tuple[Point, Iterable[str]]]:
    """What is measured, and where: sizes, disparities, two threads, training."""
    if quick:
        return [(QUICK, PARTS)]
    kitti = SIZES[KITTI]
    sizes = [Point(size) for size in SIZES.values()]
    rest = [Point(kitti, d) for d in DISPARITIES if Point(kitti, d) not in sizes]
    on_pairs = [(point, ON_PAIRS) for point in [*sizes, *rest]]
    two = (Point(kitti, threads=2), (FLOAT, REFERENCE, KEPT, QONNX))
    return [*on_pairs, two, (Point(PAPER.training.crop), IN_TRAINING)]


def report_of(found: dict[Point, Figures]) -> dict[str, object]:
    """Figures, ratios, growth, and what they depend on."""
    ratios = {
        str(point): {
            f"{part} / {other}": parts[part]["seconds"] / parts[other]["seconds"]
            for part, other in COMPARED
            if part in parts and other in parts
        }
        for point, parts in found.items()
    }
    return {
        "measured": {str(point): parts for point, parts in found.items()},
        "ratios": ratios,
        "growth": growth_of(found),
        "batch": PAPER.training.batch,
        "machine": {"processor": processor()},
        "versions": versions(),
    }


def growth_of(found: dict[Point, Figures]) -> dict[str, Figures]:
    """How many times the time and the memory, from the least size and disparities to the most."""
    kitti = SIZES[KITTI]
    ends = [
        [Point(size) for size in SIZES.values()],
        [Point(kitti, disparities) for disparities in DISPARITIES],
    ]
    return {
        f"{first} → {last}": {
            part: {key: found[last][part][key] / figures[key] for key in figures}
            for part, figures in found[first].items()
        }
        for first, *_, last in ends
        if first in found and last in found
    }


def tables_of(report: dict[str, Any]) -> list[Table]:
    """Figures, ratios and growth."""
    figures = Table("", "", "s", "first, s", "GB", title="least time, most memory")
    for point, parts in report["measured"].items():
        for part, found in parts.items():
            seconds = [f"{found[key]:.3f}" for key in SECONDS]
            figures.add_row(point, part, *seconds, f"{found['gigabytes']:.2f}")
    ratios = Table("", "", "times", title="time, relative")
    for point, compared in report["ratios"].items():
        for names, ratio in compared.items():
            ratios.add_row(point, names, f"{ratio:.2f}")
    growth = Table("", "", "times as long", "times the memory", title="growth")
    for ends, parts in report["growth"].items():
        for part, found in parts.items():
            growth.add_row(ends, part, f"{found['seconds']:.1f}", f"{found['gigabytes']:.1f}")
    return [figures, ratios, growth]


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
    places = track(points(options.quick), "measuring")
    report = report_of({point: measure(parts, point, options.quick) for point, parts in places})
    write_text(options.output / "deployment.json", json.dumps(report, indent=1) + "\n")
    console = Console(width=110, record=True)
    console.print(*tables_of(report))
    write_text(options.output / "deployment.txt", console.export_text())


if __name__ == "__main__":
    main()
