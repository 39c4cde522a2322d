"""Checkpoints: tensors and a JSON header in one safetensors file, never a pickle."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from fdscs.storage.atomic import replacing
from fdscs.storage.errors import BadInput
from fdscs.storage.foreign import foreign_kind

Arrays = dict[str, NDArray[Any]]

RECORDED = ("torch", "brevitas", "onnx", "onnxruntime", "qonnx", "numpy", "fdscs")


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds: its kind ("float", "quantised", "training"), tensors and header."""

    kind: str
    tensors: Arrays
    header: dict[str, Any]


def versions() -> dict[str, str]:
    """Versions of the packages that decide what a run produces, of those that are installed."""
    found = {}
    for name in RECORDED:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def save_checkpoint(
    path: Path | str, kind: str, tensors: Mapping[str, NDArray[Any]], header: Mapping[str, Any]
) -> None:
    """Write a checkpoint, whole or not at all; the same content gives the same bytes."""
    text = json.dumps({"kind": kind, "versions": versions(), **header}, sort_keys=True)
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    with replacing(path) as temporary:  # safetensors would write to a temporary file of its own
        temporary.write_bytes(save(contiguous, metadata={"fdscs": text}))


def load_checkpoint(path: Path | str, *kinds: str) -> Checkpoint:
    """Read a checkpoint of one of `kinds`; raises BadInput for anything else."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such checkpoint file; give one.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        header = json.loads(metadata["fdscs"])
        kind = header["kind"]
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        reason = foreign_kind(path) or type(error).__name__
        raise BadInput(
            f"{path}: not a checkpoint of this program, or damaged ({reason}); "
            "make one with `fdscs import-official`, `calibrate` or `qat`."
        ) from error
    if kind not in kinds:
        raise BadInput(
            f"{path}: a {kind} checkpoint, where a {' or '.join(kinds)} one is needed; give that."
        )
    return Checkpoint(kind, tensors, header)


def require_tensors(
    found: Mapping[str, NDArray[Any]], expected: Mapping[str, tuple[int, ...]], where: object
) -> None:
    """Raise BadInput unless `found` has exactly the `expected` names and shapes, all finite."""
    for name, shape in expected.items():
        if name not in found:
            raise BadInput(f"{where}: {name} is missing; make the file anew.")
        if found[name].shape != tuple(shape):
            raise BadInput(
                f"{where}: {name} has shape {found[name].shape}, the network needs {tuple(shape)}; "
                "make it anew."
            )
        if found[name].dtype.kind not in "iuf":
            raise BadInput(f"{where}: {name} is {found[name].dtype}; real numbers must be given.")
        with np.errstate(over="ignore"):
            finite = np.isfinite(found[name].astype(np.float32)).all()
        if not finite:
            raise BadInput(
                f"{where}: {name} holds values that are not finite in float32; make it anew."
            )
    unknown = sorted(set(found) - set(expected))
    if unknown:
        raise BadInput(
            f"{where}: unknown tensor {unknown[0]} ({len(unknown)} unknown in all); make it anew."
        )
