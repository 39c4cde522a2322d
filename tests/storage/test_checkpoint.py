"""Checkpoints: the same content gives the same bytes, and only what is expected is taken."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from fdscs.storage.checkpoint import RECORDED, load_checkpoint, require_tensors, save_checkpoint
from fdscs.storage.errors import BadInput

Tensors = dict[str, np.ndarray]


def test_content_comes_back(tmp_path: Path, tensors: Tensors) -> None:
    save_checkpoint(tmp_path / "a", "float", tensors, {"config": {"b": [1, 2]}})
    found = load_checkpoint(tmp_path / "a", "training", "float")
    assert found.kind == "float" and found.header["config"] == {"b": [1, 2]}
    installed = {name for name in RECORDED if find_spec(name)}
    assert set(found.header["versions"]) == installed >= {"fdscs", "numpy"}
    assert sorted(found.tensors) == sorted(tensors)
    for name, array in tensors.items():
        assert np.array_equal(found.tensors[name], array)
        assert found.tensors[name].dtype == array.dtype


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, tensors: Tensors) -> None:
    save_checkpoint(tmp_path / "a", "float", tensors, {"x": 1, "y": 2})
    backwards = dict(reversed(list(tensors.items())))
    save_checkpoint(tmp_path / "b", "float", backwards, {"y": 2, "x": 1})
    save_checkpoint(tmp_path / "c", "float", {**tensors, "a.frac": tensors["a.frac"] + 1}, {})
    content = [(tmp_path / name).read_bytes() for name in "abc"]
    assert content[0] == content[1] != content[2]


def test_a_strided_view_is_saved_as_it_is_seen(tmp_path: Path) -> None:
    view = np.arange(12, dtype=np.float32).reshape(3, 4).T[::2]
    save_checkpoint(tmp_path / "a", "float", {"view": view}, {})
    assert np.array_equal(load_checkpoint(tmp_path / "a", "float").tensors["view"], view)


def test_a_failed_save_leaves_nothing(
    tmp_path: Path, tensors: Tensors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(BadInput, match="a: cannot be written"):
        save_checkpoint(tmp_path / "a", "float", tensors, {})
    assert list(tmp_path.iterdir()) == []


def test_the_wrong_kind(tmp_path: Path, tensors: Tensors) -> None:
    save_checkpoint(tmp_path / "a", "float", tensors, {})
    with pytest.raises(BadInput, match="a float checkpoint, where a quantised or training one is"):
        load_checkpoint(tmp_path / "a", "quantised", "training")


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"other": "{}"},
        {"fdscs": "not JSON"},
        {"fdscs": "[1]"},
        {"fdscs": "{}"},
        {"fdscs": "7"},
        {"fdscs": "[" * 100_000},
    ],
)
def test_a_header_of_something_else(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    save_file({"a": np.zeros(1)}, tmp_path / "a", metadata=metadata)
    with pytest.raises(BadInput, match="a: not a checkpoint of this program, or damaged"):
        load_checkpoint(tmp_path / "a", "float")


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_no_file(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / "a").mkdir()
    with pytest.raises(BadInput, match="a: no such checkpoint file"):
        load_checkpoint(tmp_path / "a", "float")


CHANGES: dict[str, tuple[Callable[[Tensors], object], str]] = {
    "missing": (lambda t: t.pop("a.bias"), r"a\.bias is missing"),
    "unknown": (lambda t: t.update(b=np.zeros(1)), r"unknown tensor b \(1 unknown"),
    "shape": (lambda t: t.update({"a.bias": np.zeros(3)}), r"a\.bias has shape \(3,\)"),
    "scalar": (lambda t: t.update({"a.bias": np.array(1.0)}), r"a\.bias has shape \(\)"),
    "NaN": (lambda t: t.update({"a.bias": np.array([1, np.nan])}), r"a\.bias .* not finite"),
    "infinite": (lambda t: t.update({"a.bias": np.array([1, np.inf])}), r"a\.bias .* not finite"),
    "too large": (lambda t: t.update({"a.bias": np.array([1, 1e39])}), r"a\.bias .* not finite"),
    "text": (lambda t: t.update({"a.bias": np.array(["a", "b"])}), r"a\.bias is <U1; real"),
    "complex": (lambda t: t.update({"a.bias": np.zeros(2, complex)}), r"a\.bias is complex128"),
    "truth": (lambda t: t.update({"a.bias": np.zeros(2, bool)}), r"a\.bias is bool"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_unexpected_tensors(tensors: Tensors, case: str) -> None:
    change, message = CHANGES[case]
    expected = {name: array.shape for name, array in tensors.items()}
    require_tensors(tensors, expected, "here")
    found = dict(tensors)
    change(found)
    with pytest.raises(BadInput, match=f"^here: {message}"):
        require_tensors(found, expected, "here")
