"""Hostile archives, models and pictures: refused in bounded memory and time."""

import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from fdscs.export.build import QONNX, Build
from tests.faults.mutated import bomb_png

ROOT = Path(__file__).parents[2]
MEMORY = 512 << 20  # beyond what the imports take
SECONDS = 20
READ = """
import resource, sys, time
from pathlib import Path
from {module} import {function}
from fdscs.storage.errors import BadInput
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + {memory}, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds} + 60, {seconds} + 60))
start = time.process_time()
try:
    {function}(Path(sys.argv[1]){more})
except BadInput as error:
    print(error)
else:
    print("READ")
assert time.process_time() - start < {seconds}
"""


def said(module: str, function: str, path: Path, more: str = "") -> str:
    """What a reader says of a file, in a process with a limit of memory and time."""
    code = READ.format(module=module, function=function, memory=MEMORY, seconds=SECONDS, more=more)
    done = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.strip().splitlines()
    assert len(lines) == 1, done.stdout
    return lines[0]


def zipped(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def npy(shape: tuple[int, ...]) -> bytes:
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head


def npz_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.npy", npy((1 << 23,)) + bytes(1 << 25))


NPZ: dict[str, Callable[[Path], object]] = {
    "bomb": npz_bomb,
    "huge shape": lambda path: zipped(path, "a.npy", npy((1 << 40, 1 << 20))),
    "large shape": lambda path: zipped(path, "a.npy", npy((1 << 27,)) + bytes(64)),
    "huge header": lambda path: zipped(
        path, "a.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 1 << 31) + bytes(100)
    ),
    "nested header": lambda path: zipped(
        path, "a.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", 60000) + b"(" * 60000
    ),
}


@pytest.mark.parametrize("case", NPZ)
def test_archives(tmp_path: Path, case: str) -> None:
    NPZ[case](tmp_path / "a.npz")
    assert said("fdscs.storage.npz", "read_npz", tmp_path / "a.npz").startswith(
        f"{tmp_path}/a.npz: "
    )


def test_names_of_an_archive_are_no_paths(tmp_path: Path) -> None:
    path = tmp_path / "in" / "a.npz"
    path.parent.mkdir()
    zipped(path, "../../escaped.npy", npy((1,)) + bytes(4))
    said("fdscs.storage.npz", "read_npz", path)
    assert [each.name for each in tmp_path.rglob("*.npy")] == []


def safetensors(header: dict, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


TENSOR = {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}
CHECKPOINTS = {
    "huge header": struct.pack("<Q", 1 << 40) + b"{}",
    "huge tensor": safetensors({"a": TENSOR}),
    "overflow": safetensors({"a": {**TENSOR, "shape": [1 << 40, 1 << 40]}}),
    "deep": struct.pack("<Q", 200_000) + b"[" * 200_000,
}


@pytest.mark.parametrize("case", CHECKPOINTS)
def test_checkpoints(tmp_path: Path, case: str) -> None:
    path = tmp_path / "c.safetensors"
    path.write_bytes(CHECKPOINTS[case])
    text = said("fdscs.storage.checkpoint", "load_checkpoint", path, ', "float"')
    assert text.startswith(f"{path}: not a checkpoint")


def huge_input(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 1 << 40


def huge_constant(model: onnx.ModelProto) -> None:
    constant = next(each for each in model.graph.initializer if each.dims)
    constant.dims[0] = 1 << 50


def cycle(model: onnx.ModelProto) -> None:
    model.graph.node[3].input[0] = model.graph.node[-1].output[0]


def missing(model: onnx.ModelProto) -> None:
    del model.graph.initializer[0]


def outside(model: onnx.ModelProto) -> None:
    constant = next(each for each in model.graph.initializer if each.dims)
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="../../../../etc/passwd")


def fill(model: onnx.ModelProto) -> None:
    """A small node that makes a large tensor."""
    size = helper.make_tensor("size", TensorProto.INT64, [1], [1 << 40])
    model.graph.initializer.append(size)
    model.graph.node.insert(0, helper.make_node("ConstantOfShape", ["size"], ["large"]))


@pytest.mark.parametrize(
    "name",
    ["fdscs.qonnx.onnx", pytest.param("fdscs.qcdq.onnx", marks=pytest.mark.slow),
     pytest.param("fdscs.pixels.onnx", marks=pytest.mark.slow)],
)  # fmt: skip
@pytest.mark.parametrize("damage", [cycle, missing, outside, huge_constant])
def test_models(
    tiny_build: Build, tmp_path: Path, damage: Callable[[onnx.ModelProto], None], name: str
) -> None:
    model = onnx.load(str(tiny_build.folder / name))
    damage(model)
    (tmp_path / name).write_bytes(model.SerializeToString())
    assert said("fdscs.export.exporter", "load_onnx", tmp_path / name).startswith(
        f"{tmp_path / name}: "
    )


CHECK = """
import fdscs.backends.onnxruntime, fdscs.backends.qonnx  # before memory is limited
from fdscs.export.build import read_build, CHECKPOINT
from fdscs.quantization.quant_checkpoint import load_quantised
from fdscs.storage.errors import BadInput
from fdscs.verification.check import check

def compare(folder):
    net = load_quantised(folder / CHECKPOINT)[0]
    report = check(read_build(folder), net, [], ["qonnx", "onnxruntime"], progress=False)
    raise BadInput(str(report.parameters[0]))
"""


@pytest.mark.parametrize("damage", [huge_input, fill])
def test_models_that_ask_for_much_memory(
    tiny_build: Build, tmp_path: Path, damage: Callable[[onnx.ModelProto], None]
) -> None:
    import shutil

    folder = Path(shutil.copytree(tiny_build.folder, tmp_path / "build"))
    model = onnx.load(str(folder / QONNX))
    damage(model)
    (folder / QONNX).write_bytes(model.SerializeToString())
    (tmp_path / "compare_build.py").write_text(CHECK)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n" + READ.format(
        module="compare_build", function="compare", memory=3 * MEMORY, seconds=SECONDS, more=""
    )
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, capture_output=True,
                          text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "in fdscs.qonnx.onnx" in done.stdout


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 7_999), (1, 2**31 - 1)])
def test_pictures_that_claim_to_be_large(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "bomb.png"
    bomb_png(path, *size)
    assert said("fdscs.stereo_datasets.pictures", "read_rgb", path).startswith(f"{path}: ")


@pytest.mark.parametrize(
    "read", ["pictures.read_rgb", "images.read_disparity", "images.read_kitti_disparity"]
)
@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"Pf\n99999 99999\n-1\n", b"\x89PNG\r\n\x1a\n"]
)
def test_pictures_of_another_kind(tmp_path: Path, content: bytes, read: str) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(content)
    module, function = read.split(".")
    assert said(f"fdscs.stereo_datasets.{module}", function, path).startswith(f"{path}: ")


def test_a_capture_of_one_endless_line(tiny_vectors: Path, tmp_path: Path) -> None:
    from fdscs.storage.errors import BadInput
    from fdscs.vectors.dumps import read_dump
    from fdscs.vectors.index import read_index

    entry = next(each for each in read_index(tiny_vectors).tensors if each.name == "enc1_relu")
    path = tmp_path / "enc1_relu.hex"
    path.write_bytes(b"0" * (1 << 20))
    with pytest.raises(BadInput, match=r"dump it again"):
        read_dump(path, entry)
    assert np.prod(entry.shape) < 1 << 16
