"""A description of an artefact, as data for people and for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fdscs.storage.errors import BadInput

DEEPEST = 6  # of nested values shown
MAX_BYTES = 1 << 30  # of a file that is read whole
MAX_JSON = 1 << 26  # of a JSON file

ACCEPTED = (
    "a checkpoint (float, unfolded, packed, quantised, or of a run), params.npz, a build's folder, "
    "its QONNX or standard ONNX file, a folder of golden vectors, an HLS or RTL project"
)


@dataclass(frozen=True)
class Description:
    """What it is, its figures, its layers (all with the same keys) and how it was made."""

    kind: str
    facts: Mapping[str, Any]
    layers: list[dict[str, Any]]
    made: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self, path: Path) -> dict[str, Any]:
        """Plain data."""
        return {"path": str(path), **vars(self)}


def check_size(path: Path, most: int = MAX_BYTES) -> int:
    """Bytes of a file; raises BadInput for more than `most`, which is then not read."""
    size = path.stat().st_size
    if size > most:
        raise BadInput(
            f"{path}: has {size >> 20} MiB, and what fdscs makes of this kind has at most "
            f"{most >> 20}; give {ACCEPTED}."
        )
    return size


def flat(value: Any, name: str = "", depth: int = 0) -> list[tuple[str, str]]:
    """Nested data as dotted names and short texts."""
    if isinstance(value, dict) and value and depth < DEEPEST:
        return [
            pair
            for key, each in value.items()
            for pair in flat(each, f"{name}.{key}" if name else str(key), depth + 1)
        ]
    if isinstance(value, (dict, list, tuple)) and depth >= DEEPEST:
        return [(name, "…")]
    if isinstance(value, (list, tuple)):
        simple = all(not isinstance(each, (dict, list, tuple)) for each in value)
        text = ", ".join(map(str, value)) if simple else f"{len(value)} entries"
        return [(name, text or "none")]
    return [(name, "none" if value in (None, {}) else str(value))] if name else []


def printable(text: str) -> str:
    """`text` without what a terminal would obey or cannot show."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def one_or_range(values: Iterable[int]) -> str:
    """ "5", or "3 … 7"."""
    found = sorted(set(values))
    return "" if not found else str(found[0]) if len(found) == 1 else f"{found[0]} … {found[-1]}"
