"""Every back end by name: where it is, what it needs, and how it is opened.

A back end's module is imported when it is opened; nothing is compiled before it first runs.
"""

import shutil
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from fdscs.backends.protocol import Backend
from fdscs.export.build import Build, read_build
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by


@dataclass(frozen=True)
class Entry:
    """A back end: its class as "module:class", and its part in a check."""

    place: str
    checked: bool = True  # against the reference, unless others are named
    program: str | None = None  # that it calls
    package: str | None = None  # Debian's, that brings the program
    beside: bool = False  # runs in processes of its own, beside the others

    def load(self) -> Any:
        """The class; raises MissingPackage where its module needs a package that is not there."""
        module, _, name = self.place.partition(":")
        with needed_by(f"the back end {name}"):
            return getattr(import_module(module), name)


REGISTRY = {
    "float": Entry("fdscs.backends.float_network:FloatBackend", checked=False),
    "brevitas": Entry("fdscs.backends.brevitas:BrevitasBackend"),
    "reference": Entry("fdscs.backends.reference:ReferenceBackend", checked=False),
    "qonnx": Entry("fdscs.backends.qonnx:QonnxBackend"),
    "onnxruntime": Entry("fdscs.backends.onnxruntime:OnnxRuntimeBackend"),
    "hls": Entry(
        "fdscs.accelerator.hls.simulate:HlsBackend", program="g++", package="g++", beside=True
    ),
    "rtl": Entry(
        "fdscs.accelerator.rtl.simulate:RtlBackend",
        checked=False,  # compiled in a minute or more
        program="g++",
        package="g++",
        beside=True,
    ),
    "hls4ml": Entry("fdscs.backends.hls4ml:Hls4mlBackend", checked=False),  # small images only
}
RUNNING = tuple(name for name in REGISTRY if name != "hls4ml")  # a pair of any size
CHECKED = tuple(name for name, entry in REGISTRY.items() if entry.checked)
COMPARABLE = (*CHECKED, "rtl", "hls4ml")  # with the reference, tensor by tensor
BESIDE = tuple(name for name, entry in REGISTRY.items() if entry.beside)


def open_on_build(name: str, build: Build, net: Any = None) -> Backend:
    """The back end `name` of a build; `net` is its Brevitas network, where that is at hand.

    Raises BadInput where the back end lacks something, or the build has no such network.
    """
    kind = REGISTRY[name].load()
    if name == "brevitas" and net is not None:
        found: Backend = kind(net)
    else:
        found = kind.of_build(build)
    return found


def open_backend(checkpoint: Path | None, build: Path | None, name: str | None) -> Any:
    """The back end `name` for a checkpoint or a build; by default the one that fits best.

    Raises BadInput unless exactly one of the two is given and `name` can run it.
    """
    if (checkpoint is None) == (build is None):
        raise BadInput("give either --checkpoint FILE or a BUILD folder.")
    if build is not None:
        return open_on_build(name or "reference", read_build(build))
    assert checkpoint is not None
    kind = load_checkpoint(checkpoint, "float", "quantised").kind
    possible = ("float",) if kind == "float" else ("brevitas", "reference")
    if name is not None and name not in possible:
        raise BadInput(_advice(checkpoint, kind, name))
    return REGISTRY[name or possible[0]].load().of_checkpoint(checkpoint)


def without_program(name: str) -> str | None:
    """Why the back end `name` cannot run here, where the program that it calls is missing."""
    entry = REGISTRY[name]
    if entry.program is None or shutil.which(entry.program):
        return None
    return f"{entry.program} is not installed (Debian's package is {entry.package})"


def _advice(checkpoint: Path, kind: str, name: str) -> str:
    if kind == "float":
        return f"{checkpoint}: a float checkpoint; calibrate it before running {name}."
    remedy = "take a float checkpoint" if name == "float" else "export it first"
    runs = "a quantised checkpoint runs as brevitas or reference"
    return f"{checkpoint}: {runs}; for {name} {remedy}."
