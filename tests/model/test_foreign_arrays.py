"""Weights in the containers of other programs, and whose they are."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from fdscs.model.foreign_arrays import read_arrays
from fdscs.model.official import import_official
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput

REPRODUCED = {
    "module.enc0_conv2d_bn.0.weight": np.zeros((192, 384, 1, 1), np.float32),
    "module.enc0_conv2d_bn.1.running_mean": np.zeros(192, np.float32),
    "module.out_conv.weight": np.zeros((1, 32, 1, 1), np.float32),
}
FORMS = ("npz", "safetensors", "pth", "old.pth", "state_dict", "model")


def save(path: Path, form: str, arrays: dict[str, np.ndarray]) -> None:
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    if form == "npz":
        with path.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
    elif form == "safetensors":
        save_file(arrays, path)
    elif form == "old.pth":
        torch.save(tensors, path, _use_new_zipfile_serialization=False)
    else:
        wrapped = {"epoch": 3, form: tensors} if form in ("state_dict", "model") else tensors
        torch.save(wrapped, path)


@pytest.mark.parametrize("form", FORMS)
def test_arrays_come_back_by_name(tmp_path: Path, form: str) -> None:
    arrays = {"a_w": np.arange(6, dtype=np.float32).reshape(2, 3), "a_b": np.ones(2, np.float32)}
    save(tmp_path / "w", form, arrays)
    found = read_arrays(tmp_path / "w")
    assert found.keys() == arrays.keys()
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


@pytest.mark.parametrize("form", FORMS)
def test_the_reproductions_weights_are_named(tmp_path: Path, form: str) -> None:
    path = tmp_path / "checkpoint"
    save(path, form, REPRODUCED)
    with pytest.raises(BadInput, match=r"Fdscs_pytorch.*no ReLU.*bn600k\.npz, or train"):
        import_official(path)
    with pytest.raises(BadInput, match=r"not a checkpoint of this program.*Fdscs_pytorch"):
        load_checkpoint(path, "float")


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    torch.save({"module.x": torch.tensor([1.5], dtype=torch.bfloat16)}, tmp_path / "w.pth")
    found = read_arrays(tmp_path / "w.pth")["x"]
    assert found.dtype == np.float32 and found.tolist() == [1.5]


class Hostile:
    """Unpickling it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("container", ["zip", "pickle"])
def test_nothing_is_unpickled(tmp_path: Path, container: str) -> None:
    content = {"a": Hostile(tmp_path / "touched")}
    if container == "zip":
        torch.save(content, tmp_path / "w.pth")
    else:
        (tmp_path / "w.pth").write_bytes(pickle.dumps(content))
    with pytest.raises(BadInput, match="holds more than tensors, or is damaged"):
        read_arrays(tmp_path / "w.pth")
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("w.safetensors", b"\x08" + bytes(7) + b"{}xxxxxx", "is damaged safetensors"),
        ("model.ckpt.index", bytes(100), "is a part of a TensorFlow checkpoint"),
        ("w.npz", b"PK\x03\x04 nothing", "not a readable .npz archive"),
        ("w", b"", "not a readable .npz archive"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=message):
        read_arrays(tmp_path / name)


@pytest.mark.parametrize("content", [[1], {}, {"a": 1}])
def test_a_file_without_tensors_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "w.pth")
    with pytest.raises(BadInput, match="holds no tensors by name"):
        read_arrays(tmp_path / "w.pth")
