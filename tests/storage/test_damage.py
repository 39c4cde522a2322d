"""Whatever a file holds, reading it works or raises BadInput."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fdscs.export.build import MANIFEST, PARAMS, read_build
from fdscs.model.config_file import read_config
from fdscs.storage.checkpoint import load_checkpoint, save_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.storage.npz import read_npz

many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Damage = Callable[[bytes], st.SearchStrategy[bytes]]


def refusal(read: Callable[[Path], object], path: Path) -> str | None:
    """What `read` says against a file, or None if it is read."""
    try:
        read(path)
    except BadInput as error:
        assert "\n" not in str(error) and str(path.parent) in str(error)
        return str(error)
    return None


@pytest.fixture
def files(
    tmp_path: Path, tensors: dict[str, np.ndarray], write_small_build: Callable[[Path], None]
) -> dict[str, Path]:
    """One valid file of each kind."""
    paths = {"npz": tmp_path / "a.npz", "checkpoint": tmp_path / "a.safetensors"}
    np.savez_compressed(paths["npz"], **tensors)  # type: ignore[arg-type]
    save_checkpoint(paths["checkpoint"], "float", tensors, {})
    write_small_build(tmp_path / "build")
    paths |= {"manifest": tmp_path / "build" / MANIFEST, "params": tmp_path / "build" / PARAMS}
    return paths


READERS: dict[str, Callable[[Path], object]] = {
    "npz": read_npz,
    "checkpoint": lambda path: load_checkpoint(path, "float"),
    "manifest": lambda path: read_build(path.parent),
    "params": lambda path: read_build(path.parent),
}


@pytest.mark.parametrize("kind", READERS)
@many
@given(data=st.data())
def test_damage(kind: str, files: dict[str, Path], damaged: Damage, data: st.DataObject) -> None:
    path, read = files[kind], READERS[kind]
    original = path.with_suffix(".original")
    if not original.exists():
        assert refusal(read, path) is None, "not valid to begin with"
        shutil.copyfile(path, original)
    path.write_bytes(data.draw(damaged(original.read_bytes())))
    refusal(read, path)


@pytest.mark.parametrize("kind", READERS)
def test_every_truncation_is_refused(kind: str, files: dict[str, Path]) -> None:
    path = files[kind]
    content = path.read_bytes().rstrip(b"\n")
    for end in sorted({0, 1, 7, 8, 9, 100, *range(0, len(content), 97), len(content) - 1}):
        path.write_bytes(content[:end])
        assert refusal(READERS[kind], path), f"cut at {end} of {len(content)}"


@pytest.mark.parametrize("kind", ["npz", "params"])
def test_a_flip_in_the_arrays_of_an_archive_is_refused(kind: str, files: dict[str, Path]) -> None:
    path = files[kind]
    content = bytearray(path.read_bytes())
    content[content.index(b".npy") + 40] ^= 0x10
    path.write_bytes(content)
    assert refusal(READERS[kind], path)


@many
@given(content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_any_configuration_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.toml").write_bytes(content)
    refusal(lambda path: read_config(str(path)), tmp_path / "c.toml")
