"""Archives are read without pickles and without unpacking more than the limit."""

import io
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

import fdscs.storage.npz
from fdscs.storage.errors import BadInput
from fdscs.storage.npz import MAX_BYTES, read_npz


class Trap:
    """Notices that it was unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return (Trap.spring, ())

    @staticmethod
    def spring() -> "Trap":
        Trap.sprung = True
        return Trap()


def test_arrays_come_back(tmp_path: Path, tensors: dict[str, np.ndarray]) -> None:
    np.savez_compressed(tmp_path / "a.npz", **tensors)  # type: ignore[arg-type]
    found = read_npz(tmp_path / "a.npz")
    assert sorted(found) == sorted(tensors)
    for name, array in tensors.items():
        assert np.array_equal(found[name], array) and found[name].dtype == array.dtype


@pytest.mark.parametrize("kind", ["object array", "pickle", "pickle in a zip"])
def test_pickles_are_not_loaded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.npz"
    if kind == "object array":
        np.savez(path, a=np.array([Trap()], object))
    elif kind == "pickle":
        path.write_bytes(pickle.dumps(Trap()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.npy", pickle.dumps(Trap()))
    with pytest.raises(BadInput, match=r"a\.npz: (not a readable \.npz archive|a is not an array)"):
        read_npz(path)
    assert not Trap.sprung


def header_of(shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    return buffer.getvalue()


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", b"")
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", MAX_BYTES + 1)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="would unpack to 1024 MiB"):
        read_npz(path)


def test_the_limit_is_on_the_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez_compressed(tmp_path / "a.npz", a=np.zeros(1000), b=np.zeros(1000))
    monkeypatch.setattr(fdscs.storage.npz, "MAX_BYTES", 17_000)
    assert sorted(read_npz(tmp_path / "a.npz")) == ["a", "b"]
    monkeypatch.setattr(fdscs.storage.npz, "MAX_BYTES", 16_000)
    with pytest.raises(BadInput, match="not read"):
        read_npz(tmp_path / "a.npz")


def test_more_in_the_archive_than_declared_is_not_unpacked(tmp_path: Path) -> None:
    """The declared sizes bound what is unpacked even where they lie."""
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", header_of((1 << 20,)) + bytes(4 << 20))
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 4096)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a readable"):
        read_npz(path)


@pytest.mark.parametrize("shape", [(1 << 62,), (1 << 40, 1 << 40), (-1,), (1 << 33,)])
def test_an_array_larger_than_its_entry(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", header_of(shape) + bytes(64))
    with pytest.raises(BadInput, match="not a readable"):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("name", ["a.npy", "note.txt"])
def test_an_entry_that_is_no_array(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr(name, "some text")
    with pytest.raises(BadInput, match=r"is not an array; give an archive of arrays only"):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_no_file(tmp_path: Path, what: str) -> None:
    if what == "folder":
        (tmp_path / "a.npz").mkdir()
    with pytest.raises(BadInput, match=r"a\.npz: no such file"):
        read_npz(tmp_path / "a.npz")
