"""Whatever a file holds, every reader reads it or says in one sentence why not.

A file that was not refused so is kept in tests/faults/corpus/KIND-…, and replayed here.
"""

import random
import zlib
from pathlib import Path

import pytest

from fdscs.export.build import Build
from fdscs.storage.errors import BadInput
from tests.faults.mutated import Reader, damaged, valid_files

KINDS = (
    "params.npz", "manifest.json", "a.npz", "q.safetensors", "w.pth", "fdscs.qonnx.onnx",
    "fdscs.qcdq.onnx", "index", "enc1_relu.npy", "enc1_relu.hex", "enc1_relu.dat",
    "enc1_relu.csv", "png", "jpg",
    "webp", "pgm", "bmp", "tif", "turned", "palette", "bayer", "both", "kitti", "pfm",
    "c.toml", "list.txt", "commas.txt", "s.csv", "unused", "ids",
    "calib.txt", "calib.yml",
)  # fmt: skip
CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(scope="module")
def files(
    tiny_build: Build, tiny_vectors: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, Reader]]:
    return valid_files(tmp_path_factory.mktemp("valid") / "files", tiny_build, tiny_vectors)


def survives(path: Path, read: Reader, content: bytes) -> bool:
    """Whether `content` is read; raises unless a refusal is one line that names the file."""
    path.write_bytes(content)
    try:
        read(path)
    except BadInput as error:
        text = str(error)
        assert "\n" not in text and text.endswith((".", "?")), text
        assert str(path.parent) in text, text
        return False
    return True


def fuzz(kind: str, files: dict[str, tuple[Path, Reader]], trials: int) -> None:
    path, read = files[kind]
    content = path.read_bytes()
    try:
        if kind != "enc1_relu.csv":
            assert survives(path, read, content), "not valid to begin with"
        for trial in range(trials):
            bad = damaged(content, random.Random(zlib.crc32(f"{kind} {trial}".encode())))
            try:
                survives(path, read, bad)
            except Exception as error:
                kept = path.parent.parent / f"{kind}-{trial}"
                kept.write_bytes(bad)
                raise AssertionError(f"{kept}: {type(error).__name__}: {error}") from error
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_hundred(kind: str, files: dict[str, tuple[Path, Reader]]) -> None:
    fuzz(kind, files, 300)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand(kind: str, files: dict[str, tuple[Path, Reader]]) -> None:
    fuzz(kind, files, 10_000)


@pytest.mark.parametrize("kept", sorted(CORPUS.glob("*")), ids=lambda path: path.name)
def test_kept(kept: Path, files: dict[str, tuple[Path, Reader]]) -> None:
    kind = kept.name.rpartition("-")[0]
    path, read = files[kind]
    original = path.read_bytes()
    survives(path, read, kept.read_bytes())
    path.write_bytes(original)
