"""C simulation of the generated HLS C++, with every stream recorded."""

import shutil
import subprocess
import tempfile
import threading
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.hls.project import VIDEO, write_sources
from fdscs.export.build import Build
from fdscs.hardware.dataflow import BETWEEN, Dataflow, Stream
from fdscs.hardware.plan import default_flow
from fdscs.hardware.ports import Ports
from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.hls_reference.run import Codes
from fdscs.model.images import Image
from fdscs.storage.errors import BadInput

COMPILER = "g++"
FLAGS = ("-std=c++14", "-DFDSCS_CSIM")
NATIVE = ("-O3", "-march=native", "-DFDSCS_NATIVE")  # C++ integers, as fast as this machine can


class HlsBackend:
    """Compiles the accelerator of a build with g++, and runs it."""

    name = "hls"

    def __init__(
        self,
        build: Build,
        flow: Dataflow | None = None,
        flags: tuple[str, ...] = NATIVE,
        ports: Ports = VIDEO,
    ) -> None:
        """Nothing is generated or compiled before it first runs."""
        self.build, self.graph = build, build.graph
        self._flow, self._flags, self._ports = flow, flags, ports
        self._compiled: tempfile.TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()  # runs may be started side by side

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The accelerator of a build, for images of any height and up to 2048 columns."""
        return cls(build)

    @cached_property
    def flow(self) -> Dataflow:
        """The design that is simulated."""
        return self._flow or default_flow(self.graph)

    @property
    def folder(self) -> Path:
        """The compiled simulation's; raises BadInput without a compiler."""
        with self._lock:
            if self._compiled is None:
                made = tempfile.TemporaryDirectory(prefix="fdscs-hls-")
                write_sources(self.build, self.flow, Path(made.name), self._ports)
                compile_simulation(Path(made.name), self._flags)
                self._compiled = made
            return Path(self._compiled.name)

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the datapath."""
        rows, columns = left.shape[:2]
        if columns > self.flow.max_columns:
            raise BadInput(
                f"images of {columns} columns: the accelerator is generated for "
                f"{self.flow.max_columns} at most; give narrower ones."
            )
        return self._run("images", left.astype(np.uint8), right.astype(np.uint8), rows, columns)

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network."""
        _, rows, columns = cost.shape
        first, second = (codes.transpose(1, 2, 0).astype(np.int32) for codes in (cost, rgb))
        return self._run("network", first, second, 2 * rows, 2 * columns)

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Nothing: layers are joined by streams, which begin at the network's inputs."""
        return {}

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity, exact, as float32: 16 bits fit."""
        step = self.graph.format_of("disparity").step
        return (self.run_images(left, right)["disparity"][0] * step).astype(np.float32)

    def _run(
        self, kind: str, first: NDArray[Any], second: NDArray[Any], rows: int, columns: int
    ) -> Codes:
        program = self.folder
        with tempfile.TemporaryDirectory(dir=program) as name:
            folder = Path(name)
            for file, array in (("first", first), ("second", second)):
                np.ascontiguousarray(array).tofile(folder / file)
            simulate(
                program, kind, folder / "first", folder / "second", rows, columns, folder,
                "--tap", "all",
            )  # fmt: skip
            made = [s for s in self.flow.streams.values() if kind in _recorded(s, self.flow)]
            return {each.name: read_tensor(folder, each, rows, columns) for each in made}


def _recorded(stream: Stream, flow: Dataflow) -> tuple[str, ...]:
    """The simulations that make the tensor of `stream`, if it is a tensor's own."""
    if stream.name != stream.tensor:
        return ()
    front, _, back = flow.regions()
    outside = {name for process in (*front, back) for name in process.outputs} - set(BETWEEN)
    return ("images",) if stream.name in outside else ("images", "network")


def compile_simulation(folder: Path, flags: tuple[str, ...]) -> None:
    """Compile `folder`/simulate; raises BadInput with the compiler's first error."""
    if not shutil.which(COMPILER):
        raise BadInput(
            f"C simulation needs {COMPILER}, which is not installed; install Debian's g++."
        )
    sources = [folder / "accelerator.cpp", folder / "fdscs" / "csim" / "simulate.cpp"]
    include = [f"-I{folder}", f"-I{folder / 'fdscs' / 'csim'}"]
    command = [COMPILER, *FLAGS, *flags, *include, "-o", folder / "simulate", *sources]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        raise BadInput(
            f"{COMPILER} cannot compile the accelerator: {(errors or ['?'])[0]}; export again."
        )


def simulate(folder: Path, *arguments: object) -> None:
    """Run a compiled C simulation; raises BadInput with what it says where it fails."""
    command = [str(folder / "simulate"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BadInput(
            f"C simulation failed: {said[-1] if said else done.returncode}; export again."
        )


def read_tensor(folder: Path, stream: Stream, rows: int, columns: int) -> IntArray:
    """What C simulation recorded of a stream that carries a tensor: (C, rows, columns)."""
    path = folder / f"{stream.name}.bin"
    if stream.name == "disparity":
        return np.fromfile(path, np.int32).reshape(1, rows, columns)
    size = stream.grid.size(rows, columns)
    raw = np.fromfile(path, dtype_of(stream.bits, stream.signed))
    lanes = raw.reshape(*size, stream.words * stream.lanes)
    return np.ascontiguousarray(lanes[..., : stream.channels].transpose(2, 0, 1))
