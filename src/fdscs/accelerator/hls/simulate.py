"""C simulation of the generated HLS C++, with every stream recorded."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.hls.sources import write_sources
from fdscs.backends.protocol import Codes
from fdscs.export.build import Build
from fdscs.hardware.dataflow import BETWEEN, Dataflow, Stream, build_dataflow
from fdscs.hardware.folding import fold
from fdscs.hardware.timing import with_safe_depths
from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.model import graph as g
from fdscs.model.images import DEFAULT_SIZE, Image
from fdscs.storage.errors import BadInput

COMPILER = "g++"
FLAGS = ("-std=c++14", "-DFDSCS_CSIM")
NATIVE = ("-O3", "-march=native", "-DFDSCS_NATIVE")  # C++ integers, as fast as this machine can
CYCLES = 8_000_000  # a frame of DEFAULT_SIZE, for a design that no board is named for
WIDEST = 2048


class HlsBackend:
    """Compiles the accelerator of a build and runs it with g++."""

    name = "hls"

    def __init__(
        self, build: Build, flow: Dataflow | None = None, flags: tuple[str, ...] = NATIVE
    ) -> None:
        """Generate and compile; raises BadInput without a compiler."""
        self.build, self.graph = build, build.graph
        self.flow = flow or default_flow(build.graph)
        self._folder = tempfile.TemporaryDirectory(prefix="fdscs-hls-")
        self.folder = Path(self._folder.name)
        write_sources(build, self.flow, self.folder)
        compile_simulation(self.folder, flags)

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
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            for file, array in (("first", first), ("second", second)):
                np.ascontiguousarray(array).tofile(folder / file)
            simulate(
                self.folder, kind, folder / "first", folder / "second", rows, columns, folder,
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


def default_flow(graph: g.Graph) -> Dataflow:
    """A design for no board in particular: any image of up to WIDEST columns."""
    return with_safe_depths(build_dataflow(graph, fold(graph, *DEFAULT_SIZE, CYCLES), WIDEST))


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
