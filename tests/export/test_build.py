"""A build is read only if its parameters are those that its manifest and graph say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fdscs.export.build import MANIFEST, PARAMS, read_build
from fdscs.storage.errors import BadInput

Arrays = dict[str, np.ndarray]


def plus_one(arrays: Arrays) -> None:
    arrays["out.bias"] = arrays["out.bias"] + np.int8(1)


PARAMETERS: dict[str, tuple[Callable[[Arrays], object], str]] = {
    "value": (plus_one, r"out\.bias was changed after the export"),
    "type": (
        lambda a: a.update({"out.bias": a["out.bias"].astype(np.int64)}),
        r"out\.bias was changed after the export",
    ),
    "removed": (lambda a: a.pop("enc0.weight"), r"enc0\.weight is missing"),
    "added": (lambda a: a.update(extra=np.zeros(1)), "extra belongs to no layer"),
    "shape": (
        lambda a: a.update({"enc0.weight": a["enc0.weight"][:, :-1]}),
        r"enc0\.weight is \(2, 11, 1, 1\), the graph needs \(2, 12, 1, 1\)",
    ),
}


def test_a_build_is_read(folder: Path) -> None:
    found = read_build(folder)
    assert found.manifest["image_size"] == [48, 96]
    assert sorted(found.params) == sorted(found.manifest["parameters"])
    assert found.graph.digest() == found.manifest["graph_sha256"]


def test_the_same_build_gives_the_same_bytes(
    folder: Path, tmp_path: Path, write_small_build: Callable[[Path], None]
) -> None:
    write_small_build(tmp_path / "again")
    for name in (PARAMS, MANIFEST):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("case", PARAMETERS)
def test_parameters_of_another_build(
    folder: Path, rewrite_params: Callable[..., None], case: str
) -> None:
    change, message = PARAMETERS[case]
    rewrite_params(change)
    with pytest.raises(BadInput, match=rf"{PARAMS}.*{message}.*; export again\.$"):
        read_build(folder)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(1), "is float64, not integers"),
        (np.array(["1"]), "is <U1, not integers"),
        (np.array([32]), "has shifts outside 0 to 31"),
        (np.array([-1]), "has shifts outside 0 to 31"),
    ],
)
def test_parameters_that_are_no_integers_of_a_datapath(
    folder: Path, rewrite_params: Callable[..., None], values: np.ndarray, message: str
) -> None:
    rewrite_params(lambda arrays: arrays.update({"out.shift": values}), rehash=True)
    with pytest.raises(BadInput, match=rf"out\.shift {message}; export again\.$"):
        read_build(folder)


def node(manifest: dict[str, Any], kind: str = "Conv2d") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in manifest["graph"] if each["op"] == kind)
    return found


MANIFESTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "format": (lambda m: m.update(format="fdscs-build/0"), "not a manifest of format"),
    "no format": (lambda m: m.pop("format"), "not a manifest of format"),
    "no graph": (lambda m: m.pop("graph"), "graph is missing or not a list"),
    "hash of another type": (lambda m: m.update(graph_sha256=1), "graph_sha256 is missing or not"),
    "no hashes": (lambda m: m.update(parameters=[]), "parameters is missing or not a dict"),
    "edited width": (lambda m: node(m).update(weight_bits=7), "does not match its own hash"),
    "edited order": (lambda m: m["graph"].reverse(), "graph is invalid"),
    "removed node": (lambda m: m["graph"].pop(0), "graph is invalid"),
    "unknown operation": (lambda m: node(m).update(op="Exec"), "graph is invalid: unknown node"),
    "unknown field": (lambda m: node(m).update(extra=1), "graph is invalid"),
    "operation that is a list": (lambda m: node(m).update(op=[1]), "graph is invalid"),
    "inputs in inputs": (lambda m: node(m).update(inputs=[["cost"]]), "graph is invalid"),
    "inputs that are a number": (lambda m: node(m).update(inputs=3), "graph is invalid"),
    "format that is a number": (lambda m: node(m, "Image").update(format=3), "graph is invalid"),
    "nodes that are numbers": (lambda m: m.update(graph=[1, 2]), "graph is invalid"),
    "kernel": (lambda m: node(m).update(kernel=5), "kernel 5: 1 and 3 supported"),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_an_edited_manifest(folder: Path, case: str) -> None:
    change, message = MANIFESTS[case]
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match=rf"{MANIFEST}: .*{message}.*export again\.$"):
        read_build(folder)


@pytest.mark.parametrize("text", ["", "{", "\x00", "[" * 100_000, '{"a":' * 100_000, "\ud800"])
def test_a_manifest_that_is_not_json(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadInput, match=rf"{MANIFEST}: not readable as JSON; export again\.$"):
        read_build(folder)


@pytest.mark.parametrize("text", ["[]", "3", "null", '"fdscs-build/1"'])
def test_a_manifest_that_is_something_else(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    with pytest.raises(BadInput, match="not a manifest of format fdscs-build/1"):
        read_build(folder)


def test_a_folder_without_manifest(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"not a build.*make one with `fdscs export`"):
        read_build(tmp_path)
