"""fdscs pack: half the size, the same network to half precision."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from fdscs.export.build import file_digest
from fdscs.model.float_checkpoint import load_float, load_trainable, save_unfolded
from fdscs.model.network import FloatNetwork
from fdscs.model.shipped import LITE_FLOAT
from fdscs.storage.checkpoint import load_checkpoint, save_checkpoint
from tests.commands.conftest import CONFIG

Command = Callable[..., str]


def test_pack(made: Command, float_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "packed.safetensors"
    printed = made("pack", "--checkpoint", float_file, "-o", output, "--note", "an hour")
    before, after = load_checkpoint(float_file, "float"), load_checkpoint(output, "float")
    assert f"{sum(each.size for each in before.tensors.values()):,} values" in printed
    for name, array in before.tensors.items():
        kept = np.float16 if name.endswith(".weight") else np.float32
        assert after.tensors[name].dtype == kept
        assert np.array_equal(after.tensors[name], array.astype(kept))
    assert after.header["config"] == before.header["config"]
    assert after.header["versions"] == before.header["versions"]
    assert after.header["provenance"]["note"] == "an hour"
    assert after.header["provenance"]["float_sha256"] == file_digest(float_file)
    assert load_float(output)[1] == load_float(float_file)[1]


def test_pack_a_network_to_train_on(made: Command, tmp_path: Path) -> None:
    net = FloatNetwork(CONFIG.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(3))
    unfolded, output = tmp_path / "unfolded.safetensors", tmp_path / "packed.safetensors"
    save_unfolded(unfolded, net, CONFIG, {})
    made("pack", "--checkpoint", unfolded, "-o", output)
    before, after = (load_trainable(each).state_dict() for each in (unfolded, output))
    for name, tensor in before.items():
        assert torch.allclose(after[name], tensor, rtol=1e-3, atol=1e-4)
        assert ("norm" not in name and "bias" not in name) or torch.equal(after[name], tensor)


def test_what_does_not_fit_is_refused(refused: Command, float_file: Path, tmp_path: Path) -> None:
    found = load_checkpoint(float_file, "float")
    found.tensors["enc0.weight"][0] = 1e6
    large, output = tmp_path / "large.safetensors", tmp_path / "out" / "packed.safetensors"
    save_checkpoint(large, "float", found.tensors, found.header)
    output.parent.mkdir()
    message = refused("pack", "--checkpoint", large, "-o", output, output=output)
    assert message == f"{large}: enc0.weight does not fit half precision; keep it as it is."


def test_pack_the_mean_of_two(made: Command, float_file: Path, tmp_path: Path) -> None:
    found = load_checkpoint(float_file, "float")
    moved = {name: array + np.float32(0.5) for name, array in found.tensors.items()}
    other, output = tmp_path / "other.safetensors", tmp_path / "packed.safetensors"
    save_checkpoint(other, "float", moved, found.header)
    made("pack", "--checkpoint", float_file, "--checkpoint", other, "-o", output)
    after = load_checkpoint(output, "float")
    for name, array in found.tensors.items():
        np.testing.assert_allclose(after.tensors[name], array + 0.25, rtol=1e-3, atol=1e-4)
    digests = [file_digest(float_file), file_digest(other)]
    assert after.header["provenance"]["float_sha256"] == digests


def test_there_is_no_mean_of_two_networks(
    refused: Command, float_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "packed.safetensors"
    both = ("--checkpoint", float_file, "--checkpoint", LITE_FLOAT)
    message = refused("pack", *both, "-o", output, output=output)
    assert message == f"{LITE_FLOAT}: is not the same network as {float_file}; average alike ones."
