"""RTL of FINN's layers, simulated against FINN's Python: `python -m finn_compiler.rtl JOB_FOLDER`.

The values are those of the job's small network, which every stage before has been held against the
integer reference. One layer of each kind; with --all, all of them.
"""

import argparse
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.finn.compiler import environment
from fdscs.accelerator.finn.nodes import FinnGraph
from fdscs.accelerator.finn.target import Target, target_from_json
from fdscs.storage.errors import BadInput
from fdscs.vectors.words import Lanes, pack, unpack

FRAMES = 2  # between the last words of the first and the last lies the interval
NO_STALLS, SEED = 0, 1
CYCLES = 16000  # a frame that the network is folded for, so that layers get several lanes
WINDOW = "ConvolutionInputGenerator"
KINDS = ("MVAU", "Requant", "Thresholding", WINDOW, "FMPadding")
Values = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Port:
    """A stream: its tensor (C, 1, pixels) and how a pixel lies in words."""

    name: str
    codes: NDArray[np.int64]
    layout: Lanes

    @property
    def words(self) -> NDArray[np.uint8]:
        """Words of one frame as the bytes of the port."""
        return pack(self.codes, self.layout, self.name)


@dataclass(frozen=True)
class Layer:
    """One that is compiled: FINN's name, the tensor that it helps to make, what it reads and makes.

    `interval` is that of its schedule, in cycles a frame.
    """

    kind: str
    name: str
    makes: str
    simulation: Any
    source: Port
    made: Port
    interval: int


@dataclass(frozen=True)
class Result:
    """Words a frame, those that differ in all runs, the first fault, cycles a frame unstalled."""

    words: int
    differ: int
    fault: str | None
    cycles: int


def main() -> None:
    """Print a table; status 1 if a layer differs or the job is not usable."""
    parser = argparse.ArgumentParser(
        prog="fdscs.accelerator.finn.compiler.rtl", description=__doc__
    )
    parser.add_argument("job", type=Path, help="folder with a job and the reference's tensors")
    parser.add_argument("--all", action="store_true", help="every layer that is RTL")
    options = parser.parse_args()
    try:
        faults = run(options.job, options.all)
    except BadInput as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


def run(job: Path, everything: bool = False) -> list[str]:
    """Simulate layers of the job's small network, print a row each; the faults."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="finn-rtl-") as name:
        work = Path(name)
        model, target = built(job, work)
        values = computed(model, job)
        names = every_layer(model) if everything else one_of_each(model)
        print(HEAD, flush=True)
        for name in names:
            layer = prepare(model, name, values, target, work / "rtl")
            result = check(layer)
            print(row(layer, result), flush=True)
            faults += [result.fault] if result.fault else []
    return faults


def built(job: Path, work: Path) -> tuple[Any, Target]:
    """The job's small network, each stage checked, folded for CYCLES a frame, and its target."""
    file = job / "job.json"
    if not file.is_file():
        raise BadInput(f"{job}: has no job.json; write a job there first.")
    environment.prepare(work)
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)  # FINN tells of every type it infers
    from fdscs.accelerator.finn.compiler.flow import checked
    from fdscs.accelerator.finn.compiler.requant import write_in_full

    write_in_full()
    settings = json.loads(file.read_text())
    target = target_from_json(settings["target"])
    target = replace(target, fps=target.clock * 1e6 / CYCLES)
    return checked(settings, job, target)[1], target


def computed(model: Any, job: Path) -> Values:
    """Every tensor of `model` for the job's reference inputs, by FINN's Python."""
    from qonnx.core.onnx_exec import execute_onnx

    from fdscs.accelerator.finn.compiler.checks import in_python

    plain, inputs = in_python(model), {}
    with np.load(job / "tensors.npz") as file:
        for entry in plain.graph.input:
            codes = file[entry.name].transpose(1, 2, 0)[None].astype(np.float32)
            zeros = plain.get_tensor_shape(entry.name)[-1] - codes.shape[-1]  # channels added
            inputs[entry.name] = np.pad(codes, ((0, 0), (0, 0), (0, 0), (0, zeros)))
    return dict(execute_onnx(plain, inputs, return_full_exec_context=True))


def every_layer(model: Any) -> list[str]:
    """Layers with RTL of their own, one stream in and one out."""
    from fdscs.accelerator.finn.compiler.nodes import data_inputs

    return [
        node.name for node in model.graph.node
        if node.op_type.endswith("_rtl") and len(data_inputs(model, node)) == len(node.output) == 1
    ]  # fmt: skip


def one_of_each(model: Any) -> list[str]:
    """A layer of each kind: the one with the widest words, in which several lanes are at work."""
    from fdscs.accelerator.finn.compiler.nodes import kind_of, to_graph

    graph = to_graph(model)
    bits = {
        node.name: sum(graph.streams[each].word_bits for each in node.inputs + node.outputs)
        for node in graph.nodes
    }
    found: dict[str, str] = {}
    for name in sorted(every_layer(model), key=lambda each: -bits[each]):
        found.setdefault(kind_of(model.get_node_from_name(name)), name)
    return [found[kind] for kind in KINDS if kind in found]


def prepare(model: Any, name: str, values: Values, target: Target, work: Path) -> Layer:
    """Generate and compile a layer in a folder of `work`; its streams as they are in `values`."""
    from qonnx.custom_op.registry import getCustomOp

    from fdscs.accelerator.finn.compiler.nodes import kind_of, layers_of, to_graph
    from fdscs.accelerator.finn.compiler.verilated import simulation
    from fdscs.accelerator.finn.node_schedule import schedule

    node, graph = model.get_node_from_name(name), to_graph(model)
    source, made = (port(model, graph, each, values) for each in (node.input[0], node.output[0]))
    if kind_of(node) == WINDOW and getCustomOp(node).get_nodeattr("depthwise"):
        made = replace(made, codes=_by_channels(made, source.layout.channels))
    interval = schedule(graph, next(each for each in graph.nodes if each.name == name)).interval
    compiled = simulation(model, node, target, work / name)
    return Layer(kind_of(node), name, layers_of(model)[name], compiled, source, made, interval)


def check(layer: Layer) -> Result:
    """Simulate frames without stalls and with random ones; compare all words that come out."""
    words, frame = np.tile(layer.source.words, (FRAMES, 1)), len(layer.made.words)
    patience = 4 * layer.interval + 1000
    runs = [
        layer.simulation.run(words, FRAMES * frame, patience, seed) for seed in (NO_STALLS, SEED)
    ]
    faults = [_compare(layer, each, len(words)) for each in runs]
    ends = runs[0].cycles[frame - 1 :: frame]
    cycles = int(ends[1] - ends[0]) if len(ends) >= FRAMES else 0
    fault = next((text for _, text in faults if text), None)
    return Result(frame, sum(count for count, _ in faults), fault, cycles)


def port(model: Any, graph: FinnGraph, name: str, values: Values) -> Port:
    """The stream `name` with the tensor that it carries."""
    stream, kind = graph.streams[name], model.get_tensor_datatype(name)
    channels = stream.words * stream.lanes
    codes = values[name].reshape(-1, channels).T[:, None].astype(np.int64)
    return Port(name, codes, Lanes(channels, stream.lanes, stream.bits, kind.signed()))


def _by_channels(made: Port, channels: int) -> NDArray[np.int64]:
    """Windows for a pool as the RTL orders them: a word's channels at all places, then the next.

    FINN's Python has all channels of a place beside each other.
    """
    lanes = made.layout.lanes
    parts = made.codes.reshape(-1, channels // lanes, lanes, made.codes.shape[2])
    return parts.swapaxes(0, 1).reshape(made.codes.shape)


def _compare(layer: Layer, run: Any, given: int) -> tuple[int, str | None]:
    """Words that differ from the tensor, frame by frame, and the first in words.

    Padding begins the next frame before it has read of it: with the border.
    """
    made, ahead = layer.made, layer.kind == "FMPadding"
    lanes, frame = made.layout.lanes, len(made.words)
    wanted = np.tile(_codes(made.words, made.layout), (FRAMES + 1, 1))
    found = _codes(run.words, made.layout)
    belong = max(FRAMES * frame, len(found) if ahead else 0)
    both = min(belong, len(found))
    differ = (wanted[:both] != found[:both]).any(axis=1)
    count = int(differ.sum()) + abs(belong - len(found))
    if differ.any():
        first = int(np.argmax(differ))
        lane = int(np.argmax(wanted[first] != found[first]))
        pixel, part = divmod(first % frame, made.layout.words_per_pixel)
        return count, (
            f"{layer.name}: {count} of {belong} words differ; first word {first % frame} of frame "
            f"{first // frame} (pixel {pixel} of {made.name}, channel {part * lanes + lane}): "
            f"FINN's Python has {wanted[first, lane]}, the RTL {found[first, lane]}."
        )
    if count:
        return count, f"{layer.name}: {len(found)} words came out, {belong} belong there."
    if run.reads != given:
        return 1, f"{layer.name}: {run.reads} words of {given} were read."
    return 0, None


def _codes(words: NDArray[np.uint8], layout: Lanes) -> NDArray[np.integer]:
    """(words, lanes)."""
    one = Lanes(layout.lanes, layout.lanes, layout.bits, layout.signed)
    return unpack(words, one, 1, len(words))[:, 0].T


HEAD = f"{'kind':26} {'layer':14} {'words':>7} {'differ':>6} {'cycles':>7} {'cycles/schedule':>15}"


def row(layer: Layer, result: Result) -> str:
    """A line of the table: cycles of a frame without stalls, and by our schedule's interval."""
    return (
        f"{layer.kind:26} {layer.makes:14} {result.words:7} {result.differ:6} "
        f"{result.cycles:7} {result.cycles / layer.interval:15.3f}"
    )


if __name__ == "__main__":
    main()
