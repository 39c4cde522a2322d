"""Golden vectors: tensors and parameters of the integer reference, for hardware test benches."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from fdscs.export.build import Build, file_digest
from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.hls_reference.run import declared_width, run_images
from fdscs.model.graph import Conv2d, Graph, Op, Requantise, Shape
from fdscs.model.images import check_images
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import replacing
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import (
    FORMAT,
    FORMATS,
    INDEX,
    RULES,
    Entry,
    File,
    Images,
    Index,
    Kind,
    Role,
    versions,
    write_index,
)
from fdscs.vectors.words import Lanes, as_tensor, beat_lines, hex_lines, pack

BLOCK = 1 << 20  # codes packed at once: keeps memory flat
SHIFT_BITS = 5  # 0 to 31


@dataclass(frozen=True)
class LaneChoice:
    """Channels a word: by name, else `default` (as many as there are if fewer), else all."""

    default: int | None = None
    named: Mapping[str, int] = field(default_factory=dict)

    def of(self, name: str, channels: int) -> int:
        """Lanes of the tensor or weight `name`."""
        return self.named.get(name, min(channels, self.default or channels))


def write_vectors(
    folder: Path,
    build: Build,
    pair: StereoPair,
    images: Images,
    layers: Sequence[str] = (),
    lanes: LaneChoice | None = None,
    formats: Collection[Kind] = FORMATS,
) -> Index:
    """Write the vectors of `layers` (all if empty) for `pair`, which is the part `images` of one.

    index.json is written last: a folder without it holds no vectors. Raises BadInput for images
    that the network cannot take, for names it does not have, and for a folder with other files.
    """
    check_images(build.graph, pair.left, pair.right)
    entries = planned(build.graph, images.rows, images.columns, layers, lanes or LaneChoice())
    wanted = {entry.name: [kind for kind in formats if _written(entry, kind)] for entry in entries}
    entries = [entry for entry in entries if wanted[entry.name]]
    _prepare(folder, {f"{name}.{kind}" for name, kinds in wanted.items() for kind in kinds})
    values = {**build.params, **run_images(build.graph, build.params, pair.left, pair.right)}
    index = Index(
        format=FORMAT,
        graph_sha256=build.graph.digest(),
        parameters_sha256=parameters_digest(build),
        images=images,
        rules=RULES,
        versions=versions(),
        tensors=[
            replace(
                entry,
                files={kind: write_file(folder, entry, kind, values[entry.name])
                       for kind in wanted[entry.name]},
            )
            for entry in entries
        ],
    )  # fmt: skip
    write_index(folder, index)
    return index


def parameters_digest(build: Build) -> str:
    """SHA-256 of the hashes of all parameters."""
    text = json.dumps(build.manifest["parameters"], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def planned(
    graph: Graph, rows: int, columns: int, layers: Sequence[str], lanes: LaneChoice
) -> list[Entry]:
    """The entries of `layers` (all if empty) in the order of the datapath, without their files.

    A layer is a node with the tensors it reads; a convolution comes with its parameters and its
    requantised output. Raises BadInput for unknown names.
    """
    entries = list(_entries(graph, rows, columns, lanes))
    unknown = [*(set(layers) - {node.name for node in graph.nodes}),
               *(set(lanes.named) - {entry.name for entry in entries})]  # fmt: skip
    if unknown:
        raise BadInput(
            f"{min(unknown)}: this network has no such layer; choose from "
            f"{', '.join(node.name for node in graph.nodes)}."
        )
    chosen = {name for layer in layers for name in _of_layer(graph, layer)}
    return [entry for entry in entries if not layers or entry.name in chosen]


def write_file(folder: Path, entry: Entry, kind: Kind, values: IntArray) -> File:
    """Write a tensor or parameter as "npy", "hex" or "dat", whole or not at all."""
    path = folder / f"{entry.name}.{kind}"
    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            if kind == "npy":
                np.save(file, np.ascontiguousarray(values, dtype_of(entry.bits, entry.signed)))
            else:
                file.writelines(_lines(entry, kind, values))
        return File(path.name, file_digest(temporary), temporary.stat().st_size)


def _lines(entry: Entry, kind: Kind, values: IntArray) -> Iterator[bytes]:
    if kind == "hex":
        yield (
            f"// {entry.name}: {entry.channels} channels x {entry.rows} rows x {entry.columns} "
            f"columns of {'s' if entry.signed else 'u'}{entry.bits}; {entry.lanes} lanes, "
            f"{entry.words_per_pixel} words a pixel\n"
        ).encode()
    tensor, layout = as_tensor(values), entry.layout
    step = max(1, BLOCK // (entry.channels * entry.columns))
    for top in range(0, entry.rows, step):
        words = pack(tensor[:, top : top + step], layout, entry.name)
        if kind == "hex":
            yield hex_lines(words, layout)
        else:
            yield beat_lines(words, layout, entry.columns, first=top == 0)


def _written(entry: Entry, kind: Kind) -> bool:
    return kind != "dat" or entry.role in ("tensor", "accumulator")  # parameters are no streams


def _prepare(folder: Path, names: set[str]) -> None:
    """Make `folder` no set of vectors until all is written; refuse one with other files."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder}: is not a folder; choose another for the vectors.")
    there = {path.name for path in folder.glob("[!.]*")} if folder.is_dir() else set()
    others = sorted(there - names - {INDEX})
    if others:
        raise BadInput(
            f"{folder}: holds {others[0]}, which is no part of this set; choose an empty folder."
        )
    (folder / INDEX).unlink(missing_ok=True)


def _entries(graph: Graph, rows: int, columns: int, lanes: LaneChoice) -> Iterator[Entry]:
    """Every tensor, each parameter before the tensor it makes."""
    shapes = graph.shapes(rows, columns)
    for node in graph.nodes:
        bits, signed = declared_width(graph, node)
        count = lanes.of(node.name, node.channels)
        if isinstance(node, Conv2d):
            yield _weight(node, lanes.of(node.weight, node.in_channels))
            # A bias is the accumulator of an input of zeros, so it fits the same bits.
            yield _per_channel(node, node.bias, "bias", Lanes(node.channels, 1, bits, True), lanes)
            layout = Lanes(node.channels, count, bits, signed)
            yield _entry(node, node.name, "accumulator", shapes[node.name], layout)
            continue
        if isinstance(node, Requantise):
            layout = Lanes(node.channels, 1, SHIFT_BITS, False)
            yield _per_channel(node, node.shift, "shift", layout, lanes)
        layout = Lanes(node.channels, count, bits, signed)
        frac = graph.format_of(node.name).frac
        yield _entry(node, node.name, "tensor", shapes[node.name], layout, frac=frac)


def _weight(node: Conv2d, lanes: int) -> Entry:
    layout = Lanes(node.in_channels, lanes, node.weight_bits, True)
    packed = (node.in_channels, node.channels, node.kernel**2)
    shape = [node.channels, node.in_channels, node.kernel, node.kernel]
    return _entry(node, node.weight, "weight", packed, layout, shape)


def _per_channel(node: Op, name: str, role: Role, layout: Lanes, lanes: LaneChoice) -> Entry:
    """A bias or shift for each output channel, one a word unless chosen otherwise."""
    chosen = replace(layout, lanes=lanes.named.get(name, layout.lanes))
    return _entry(node, name, role, (layout.channels, 1, 1), chosen, [layout.channels])


def _entry(
    node: Op, name: str, role: Role, packed: Shape, layout: Lanes, shape: list[int] | None = None,
    frac: int | None = None,
) -> Entry:  # fmt: skip
    return Entry(
        name=name, role=role, op=type(node).__name__, shape=shape or list(packed),
        channels=packed[0], rows=packed[1], columns=packed[2], bits=layout.bits,
        signed=layout.signed, frac=frac, lanes=layout.lanes, word_bits=layout.word_bits,
        words_per_pixel=layout.words_per_pixel,
        words=packed[1] * packed[2] * layout.words_per_pixel, files={},
    )  # fmt: skip


def _of_layer(graph: Graph, name: str) -> set[str]:
    """The tensors and parameters that belong to the layer `name`."""
    node = graph[name]
    found = {name, *node.inputs}
    if isinstance(node, Requantise):
        found.add(node.shift)
    if isinstance(node, Conv2d):
        found |= {node.weight, node.bias}
        for relu in graph.of_type(Requantise):
            found |= {relu.name, relu.shift} if relu.inputs[0] == name else set()
    return found
