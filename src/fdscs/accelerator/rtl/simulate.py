"""Simulation of the generated SystemVerilog by Verilator, with every tensor recorded."""

import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.rtl.project import (
    PIXEL_BITS,
    borders,
    tap_parts,
    tapped,
    tensors,
    write_tables,
)
from fdscs.accelerator.rtl.verilator import compiled
from fdscs.export.build import Build
from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import PIXELS, Dataflow, Grid, Process, Stream
from fdscs.hardware.folding import fold_alone
from fdscs.hardware.plan import default_flow
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes
from fdscs.model.images import Image
from fdscs.storage.errors import BadInput
from fdscs.vectors.words import Lanes, pack, unpack

DRIVER = Path(str(files("fdscs.accelerator.rtl") / "driver.cpp"))
ALONE = 256  # cycles a pixel of a layer alone: all have about as many pixels, deep ones too
ALONE_COLUMNS = 16384  # of an image: a layer of its eighth or its sixty-fourth has enough then
Cycles = dict[str, list[tuple[int, int]]]  # of a tensor's first and last word, by frame


class RtlBackend:
    """The accelerator of a build in SystemVerilog, compiled by Verilator and run."""

    name = "rtl"

    def __init__(self, build: Build, flow: Dataflow | None = None) -> None:
        """Nothing is generated or compiled before it first runs."""
        self.build, self.graph = build, build.graph
        self._flow = flow
        self._lock = threading.Lock()  # runs may be started side by side
        self._compiled: dict[tuple[Process, ...], Path] = {}

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The accelerator of a build, for images of any height and up to 2048 columns."""
        return cls(build)

    @cached_property
    def flow(self) -> Dataflow:
        """The design that is simulated."""
        return self._flow or default_flow(self.graph)

    @cached_property
    def flow_alone(self) -> Dataflow:
        """The design whose layers are simulated alone: folded alike at every resolution."""
        return build_dataflow(self.graph, fold_alone(self.graph, ALONE), ALONE_COLUMNS)

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the datapath."""
        return self.run_frames([(left, right)])[0][0]

    def run_frames(
        self, pairs: Sequence[tuple[Image, Image]], seed: int = 0
    ) -> tuple[list[Codes], Cycles]:
        """Every tensor of pairs of one size, back to back; with a `seed` with random pauses."""
        rows, columns = pairs[0][0].shape[:2]
        if columns > self.flow.max_columns:
            raise BadInput(
                f"images of {columns} columns: the accelerator is generated for "
                f"{self.flow.max_columns} at most; give narrower ones."
            )
        frames = [
            {"left": left.transpose(2, 0, 1), "right": right.transpose(2, 0, 1)}
            for left, right in pairs
        ]
        return self._run(self.flow, self.flow.processes, frames, rows, columns, seed)

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network."""
        _, rows, columns = cost.shape
        _, network, _ = self.flow.regions()
        frames = [{"cost": cost, "rgb": rgb}]
        return self._run(self.flow, network, frames, 2 * rows, 2 * columns, 0)[0][0]

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Accumulator and requantised codes of one convolution, from the codes that it reads."""
        flow, names = self.flow_alone, (conv, self.graph.relu_of(conv).name)
        alone = [process for process in flow.processes if process.name in names]
        source = alone[0].inputs[0]
        rows, columns = codes.shape[1:]
        size = _image_size(flow.streams[source].grid, rows, columns)
        whole = flow.streams[source].grid.size(*size)
        around = (0, 0), (0, whole[0] - rows), (0, whole[1] - columns)  # as outside the tensor
        found = self._run(flow, alone, [{source: np.pad(codes, around)}], *size, 0)[0][0]
        return {name: tensor[:, :rows, :columns] for name, tensor in found.items()}

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity, exact, as float32: 16 bits fit."""
        step = self.graph.format_of("disparity").step
        px: NDArray[Any] = (self.run_images(left, right)["disparity"][0] * step).astype(np.float32)
        return px

    def _program(self, flow: Dataflow, processes: Sequence[Process]) -> Path:
        key = tuple(processes)
        with self._lock:
            if key not in self._compiled:
                top = tapped(flow, self.build.params, processes)
                self._compiled[key] = compiled(top, _driver(flow, processes))
            return self._compiled[key]

    def _run(
        self, flow: Dataflow, processes: Sequence[Process],
        frames: Sequence[Mapping[str, IntArray]], rows: int, columns: int, seed: int,
    ) -> tuple[list[Codes], Cycles]:  # fmt: skip
        program, made = self._program(flow, processes), tensors(flow, processes)
        with tempfile.TemporaryDirectory(prefix="fdscs-rtl-") as name:
            folder = Path(name)
            write_tables(self.build, flow, folder, processes)
            words = []
            for source in borders(flow, processes)[0]:
                layout = _input_layout(flow, source)
                packed = [_in_parts(pack(frame[source], layout), layout) for frame in frames]
                np.concatenate(packed).tofile(folder / f"{source}.in")
                words.append(len(packed[0]))
            sizes = {each.name: _size(each, rows, columns) for each in made}
            words += [each.words * int(np.prod(sizes[each.name])) for each in made]
            _simulate(program, folder, rows, columns, len(frames), seed, *words)
            found: list[Codes] = [{} for _ in frames]
            for stream in made:
                for codes, tensor in zip(
                    found, _tensors(folder, stream, sizes[stream.name], len(frames)), strict=True
                ):
                    codes[stream.name] = tensor
            return found, _cycles(folder)


def _image_size(grid: Grid, rows: int, columns: int) -> tuple[int, int]:
    """The smallest image whose tensors on `grid` have at least `rows` × `columns` pixels."""
    half = (size << grid.level for size in (rows, columns))
    height, width = (2 * (-(-size // grid.multiple) * grid.multiple) for size in half)
    return height, width


def _driver(flow: Dataflow, processes: Sequence[Process]) -> str:
    sources, results = borders(flow, processes)
    ins = (
        f'In{{"{name}", top->{name}_tvalid, top->{name}_tready, top->{name}_tdata.data(), '
        f"{tap_parts(_input_layout(flow, name).word_bits)}}}"
        for name in sources
    )
    outs = (f"Out{{top->{name}_tvalid, top->{name}_tready}}" for name in results)
    taps = (
        f'Tap{{"{s.name}", top->{s.name}_taps, top->{s.name}_tap.data(), {tap_parts(s.word_bits)}}}'
        for s in tensors(flow, processes)
    )
    text = DRIVER.read_text()
    for name, values in (("INS", ins), ("OUTS", outs), ("TAPS", taps)):
        text = text.replace(f"{{{name}}}", "{" + ", ".join(values) + "}")
    return f'#include "Vtop.h"\n{text}'


def _input_layout(flow: Dataflow, name: str) -> Lanes:
    if name in PIXELS:
        return Lanes(3, 3, PIXEL_BITS // 3, False)
    return _layout(flow.streams[name])


def _layout(stream: Stream) -> Lanes:
    return Lanes(stream.channels, stream.lanes, stream.bits, stream.signed)


def _size(stream: Stream, rows: int, columns: int) -> tuple[int, int]:
    if stream.name == "disparity":
        return rows, columns
    return stream.grid.size(rows, columns)


def _in_parts(words: NDArray[np.uint8], layout: Lanes) -> NDArray[np.uint8]:
    return np.pad(words, ((0, 0), (0, 4 * tap_parts(layout.word_bits) - words.shape[1])))


def _simulate(program: Path, folder: Path, *arguments: int) -> None:
    """Run it in `folder`; raises BadInput with what it says where it fails."""
    command = [str(program), *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise BadInput(
            f"RTL simulation failed: {said[-1] if said else done.returncode}; export again."
        )


def _tensors(folder: Path, stream: Stream, size: tuple[int, int], frames: int) -> list[IntArray]:
    """What was recorded of a tensor: (C, rows, columns) of each frame."""
    layout = _layout(stream)
    raw = np.fromfile(folder / f"{stream.name}.out", np.uint8)
    words = raw.reshape(frames, -1, 4 * tap_parts(layout.word_bits))[..., : layout.word_bytes]
    return [np.ascontiguousarray(unpack(frame, layout, *size)) for frame in words]


def _cycles(folder: Path) -> Cycles:
    found: Cycles = {}
    for line in (folder / "cycles.txt").read_text().splitlines():
        name, *numbers = line.split()
        ends = list(map(int, numbers))
        found[name] = list(zip(ends[::2], ends[1::2], strict=True))
    return found
