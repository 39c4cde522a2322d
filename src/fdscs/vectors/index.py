"""index.json of a set of golden vectors: what each file holds, and the rules of its layout."""

import json
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from fdscs.export.build import file_digest
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput
from fdscs.vectors.words import Lanes

INDEX = "index.json"
FORMAT = "fdscs-vectors/1"
Kind = Literal["npy", "hex", "dat"]
FORMATS: tuple[Kind, ...] = ("npy", "hex", "dat")

RULES = {
    "bit_order": "bit 0 of a word is the lowest bit of the last hexadecimal digit of its line",
    "lane_order": "channel g*lanes+i of a pixel is bits i*bits to (i+1)*bits-1 of its word g; "
    "signed codes in two's complement",
    "word_order": "pixels row by row from the top left, the words of a pixel after one another",
    "padding": "lanes of a pixel's last word without a channel are 0; bits above word_bits, to a "
    "whole digit in .hex and to a whole byte in .dat, are 0",
    "parameters": "a weight of shape [O, I, k, k] is packed as I channels, a row for each output "
    "channel, a column for each tap (kernel row * k + kernel column); biases and shifts as O "
    "channels of a single pixel",
    "stream": "a .dat line is TDATA TKEEP TUSER TLAST: TDATA and TKEEP in hexadecimal, TKEEP all "
    "ones, TUSER 1 on the first beat of the frame, TLAST 1 on the last beat of each row",
}

Count = Annotated[int, Field(ge=1, le=1 << 20)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,80}(\.(weight|bias|shift))?$")]
Role = Literal["tensor", "accumulator", "weight", "bias", "shift"]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_STRICT = {"extra": "forbid", "strict": True}


@dataclass(frozen=True)
class File:
    """A file of the set; its name is that of the tensor and the format."""

    name: str
    sha256: Digest
    bytes: Annotated[int, Field(ge=1)]
    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT


@dataclass(frozen=True)
class Entry:
    """A tensor of the datapath or a parameter of a layer, and its files."""

    name: Name
    role: Role
    op: str  # type of the node that makes or owns it
    shape: list[Count]  # of the .npy
    channels: Annotated[int, Field(ge=1, le=4096)]  # these three as packed
    rows: Count
    columns: Count
    bits: Annotated[int, Field(ge=1, le=64)]
    signed: bool
    frac: int | None  # fraction bits; None where the step differs by channel
    lanes: Annotated[int, Field(ge=1, le=4096)]
    word_bits: int
    words_per_pixel: int
    words: int
    files: dict[Kind, File]
    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    @property
    def layout(self) -> Lanes:
        """How the channels of a pixel lie in words."""
        return Lanes(self.channels, self.lanes, self.bits, self.signed)


@dataclass(frozen=True)
class Images:
    """The pair that went in, and which part of it."""

    pair: str
    rows: Count
    columns: Count
    top: int  # of the crop in the images given
    left: int
    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT


@dataclass(frozen=True)
class Index:
    """All of index.json; `tensors` are in the order of the datapath."""

    format: str
    graph_sha256: str
    parameters_sha256: str  # of the hashes of all parameters, as the build's manifest has them
    images: Images
    rules: dict[str, str]
    versions: dict[str, str]
    tensors: list[Entry]
    __pydantic_config__: ClassVar[dict[str, object]] = _STRICT

    def size(self, *formats: Kind) -> int:
        """Bytes of all files of `formats`."""
        return sum(f.bytes for e in self.tensors for kind, f in e.files.items() if kind in formats)


_INDEX = TypeAdapter(Index)


def versions() -> dict[str, str]:
    """Versions of what decides the values and the bytes."""
    return {name: version(name) for name in ("fdscs", "numpy")}


def write_index(folder: Path, index: Index) -> None:
    """Write index.json; the same set gives the same bytes."""
    text = json.dumps(_INDEX.dump_python(index, mode="json"), indent=1, sort_keys=True)
    write_text(folder / INDEX, text + "\n")


def read_index(folder: Path) -> Index:
    """Read index.json; raises BadInput naming its first fault. The files are not looked at yet."""
    path = folder / INDEX
    try:
        index = _INDEX.validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(
            f"{folder}: no vectors, it has no {INDEX}; make them with `fdscs vectors`."
        ) from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); make it again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"]) or "text"
        raise BadInput(f"{path}: {at}: {first['msg']}; make the vectors again.") from error
    if index.format != FORMAT:
        raise BadInput(f"{path}: of format {index.format[:40]!r}, not {FORMAT}; make them again.")
    names = Counter(entry.name for entry in index.tensors)
    for entry in index.tensors:
        if names[entry.name] > 1 or not _consistent(entry):
            raise BadInput(f"{path}: {entry.name} contradicts itself; make the vectors again.")
    return index


def verified(folder: Path, file: File) -> Path:
    """The path of a file of the set; raises BadInput unless its size and hash are the index's."""
    path = folder / file.name
    try:
        unchanged = path.stat().st_size == file.bytes and file_digest(path) == file.sha256
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); make the vectors again."
        ) from error
    if not unchanged:
        raise BadInput(f"{path}: is not the file that {INDEX} describes; make the vectors again.")
    return path


def _consistent(entry: Entry) -> bool:
    layout = entry.layout
    packed = entry.rows * entry.columns * layout.words_per_pixel
    sizes = layout.word_bits, layout.words_per_pixel, packed
    elements = 1
    for size in entry.shape:
        elements *= size
    return (
        sizes == (entry.word_bits, entry.words_per_pixel, entry.words)
        and elements == entry.channels * entry.rows * entry.columns
        and len(entry.shape) == {"weight": 4, "bias": 1, "shift": 1}.get(entry.role, 3)
        and len(entry.files) > 0
        and all(file.name == f"{entry.name}.{kind}" for kind, file in entry.files.items())
        and all(
            file.bytes > (elements if kind == "npy" else packed * layout.digits)
            for kind, file in entry.files.items()
        )
    )
