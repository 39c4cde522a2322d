"""A small build, and ways to change its parameters."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fdscs.export.build import MANIFEST, array_digest


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
