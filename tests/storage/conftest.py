"""Valid files of each kind, and ways to damage them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from model.config import Architecture
from model.fdscs import build_graph
from storage.build import MANIFEST, array_digest, parameter_shapes, write_build

TENSORS = {
    "a.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "a.bias": np.array([-1.5, 2.0], np.float32),
    "a.frac": np.array([3], np.int32),
}


@pytest.fixture(scope="session")
def tensors() -> dict[str, np.ndarray]:
    return TENSORS


@pytest.fixture
def write_small_build() -> Callable[[Path], None]:
    """Write params.npz and manifest.json of a small network with random integers."""

    def write(folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        graph = build_graph(Architecture(disparities=4, encoder=(2,), context=(2,), unet=(2, 3)))
        rng = np.random.default_rng(0)
        params = {
            name: rng.integers(0, 8, shape, dtype=np.uint8 if "shift" in name else np.int8)
            for name, shape in parameter_shapes(graph).items()
        }
        write_build(folder, graph, params, {"image_size": [48, 96]})

    return write


@pytest.fixture
def folder(tmp_path: Path, write_small_build: Callable[[Path], None]) -> Path:
    """A small build."""
    write_small_build(tmp_path / "build")
    return tmp_path / "build"


@pytest.fixture
def rewrite_params(folder: Path) -> Callable[..., None]:
    """Change the arrays of params.npz; with `rehash` the manifest agrees with them."""

    def rewrite(change: Callable[[dict[str, np.ndarray]], object], rehash: bool = False) -> None:
        with np.load(folder / "params.npz") as archive:
            arrays = dict(archive)
        change(arrays)
        np.savez(folder / "params.npz", **arrays)
        if rehash:
            manifest = json.loads((folder / MANIFEST).read_text())
            manifest["parameters"] = {name: array_digest(x) for name, x in arrays.items()}
            (folder / MANIFEST).write_text(json.dumps(manifest))

    return rewrite


@pytest.fixture(scope="session")
def damaged() -> Callable[[bytes], st.SearchStrategy[bytes]]:
    """Strategies for damaged copies of a file: cut off, one byte changed, or anything at all."""

    def strategy(content: bytes) -> st.SearchStrategy[bytes]:
        cut = st.integers(0, len(content) - 1).map(lambda end: content[:end])
        flip = st.tuples(st.integers(0, len(content) - 1), st.integers(1, 255)).map(
            lambda at: content[: at[0]] + bytes([content[at[0]] ^ at[1]]) + content[at[0] + 1 :]
        )
        return st.one_of(flip, cut, st.binary(max_size=200))

    return strategy
