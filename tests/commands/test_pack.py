"""fdscs pack: half the size, the same network to half precision."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from export.build import file_digest
from model.checkpoint import load_float
from storage.checkpoint import load_checkpoint, save_checkpoint

Command = Callable[..., str]


def test_pack(made: Command, float_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "packed.safetensors"
    printed = made("pack", "--checkpoint", float_file, "-o", output, "--note", "an hour")
    before, after = load_checkpoint(float_file, "float"), load_checkpoint(output, "float")
    assert f"{sum(each.size for each in before.tensors.values()):,} parameters" in printed
    for name, array in before.tensors.items():
        assert after.tensors[name].dtype == np.float16
        assert np.array_equal(after.tensors[name], array.astype(np.float16))
    assert after.header["config"] == before.header["config"]
    assert after.header["versions"] == before.header["versions"]
    assert after.header["provenance"]["note"] == "an hour"
    assert after.header["provenance"]["float_sha256"] == file_digest(float_file)
    assert load_float(output)[1] == load_float(float_file)[1]


def test_what_does_not_fit_is_refused(refused: Command, float_file: Path, tmp_path: Path) -> None:
    found = load_checkpoint(float_file, "float")
    found.tensors["enc0.bias"][0] = 1e6
    large, output = tmp_path / "large.safetensors", tmp_path / "out" / "packed.safetensors"
    save_checkpoint(large, "float", found.tensors, found.header)
    output.parent.mkdir()
    message = refused("pack", "--checkpoint", large, "-o", output, output=output)
    assert message == f"{large}: enc0.bias does not fit half precision; keep it as it is."
