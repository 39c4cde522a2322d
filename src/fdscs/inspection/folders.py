"""Folders of golden vectors, and projects in HLS C++ and SystemVerilog."""

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from fdscs.accelerator.project import DESIGN
from fdscs.inspection.description import MAX_JSON, Description, check_size
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import INDEX, read_index


@dataclass(frozen=True)
class Process:
    """A process of an accelerator, as far as it is shown."""

    name: str
    op: str
    cycles: int
    macs_per_cycle: int
    resources: dict[str, int | float]
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "ignore"}


@dataclass(frozen=True)
class Project:
    """design.json, as far as it is shown."""

    graph_sha256: str
    params_sha256: str
    board: dict[str, Any]
    clock_mhz: float
    image_size: tuple[int, int]
    max_columns: int
    frames_per_second: float
    latency_cycles: int
    resources: dict[str, int | float]
    folding: dict[str, list[int]]
    processes: list[Process]
    streams: list[dict[str, Any]]
    versions: dict[str, str]
    language: Literal["HLS C++", "SystemVerilog"] = "HLS C++"
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "ignore"}


_PROJECT = TypeAdapter(Project)
KINDS = {"HLS C++": "HLS project", "SystemVerilog": "RTL project"}


def describe_vectors(folder: Path) -> Description:
    """A folder made by `fdscs vectors`."""
    check_size(folder / INDEX, MAX_JSON)
    index = read_index(folder)
    files = [file for entry in index.tensors for file in entry.files.values()]
    missing = sum(not (folder / file.name).is_file() for file in files)
    kinds = dict.fromkeys(kind for entry in index.tensors for kind in entry.files)
    facts = {
        "pair": index.images.pair,
        "images": f"{index.images.rows}x{index.images.columns}",
        "crop begins at": f"row {index.images.top}, column {index.images.left}",
        "tensors": len(index.tensors),
        "files": f"{len(files)}, {missing} missing" if missing else len(files),
        **{f"bytes of .{kind}": index.size(kind) for kind in kinds},
        "graph SHA-256": index.graph_sha256,
        "parameters SHA-256": index.parameters_sha256,
    }
    layers = [
        {
            "tensor": entry.name,
            "role": entry.role,
            "shape": "x".join(map(str, entry.shape)),
            "format": f"{'s' if entry.signed else 'u'}{entry.bits}"
            + ("" if entry.frac is None else f".{entry.frac}"),
            "lanes": entry.lanes,
            "word bits": entry.word_bits,
            "words": entry.words,
            "files": ", ".join(entry.files),
        }
        for entry in index.tensors
    ]
    return Description("golden vectors", facts, layers, {"versions": index.versions})


def describe_project(folder: Path) -> Description:
    """A folder made by `fdscs hls` or `fdscs rtl`."""
    path = folder / DESIGN
    check_size(path, MAX_JSON)
    try:
        found = _PROJECT.validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); write it again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"]) or "text"
        raise BadInput(
            f"{path}: {at}: {first['msg']}; make it again with `fdscs hls` or `rtl`."
        ) from error
    rows, columns = found.image_size
    facts = {
        "board": found.board.get("name", "not said"),
        "clock, MHz": found.clock_mhz,
        "images": f"{rows}x{columns}, {found.max_columns} columns at most",
        "frames a second": found.frames_per_second,
        "latency, ms": round(found.latency_cycles / found.clock_mhz / 1000, 3)
        if found.clock_mhz > 0
        else "not said",
        **found.resources,
        "processes": len(found.processes),
        "streams": len(found.streams),
        "graph SHA-256": found.graph_sha256,
        "params.npz SHA-256": found.params_sha256,
    }
    layers = [
        {
            "process": each.name,
            "operation": each.op,
            "SIMD x PE": " x ".join(map(str, found.folding.get(each.name, []))),
            "cycles": each.cycles,
            "MACs a cycle": each.macs_per_cycle,
            **each.resources,
        }
        for each in found.processes
    ]
    return Description(KINDS[found.language], facts, layers, {"versions": found.versions})
