"""fdscs grow: a larger float checkpoint to train on."""

from collections.abc import Callable
from pathlib import Path

from fdscs.export.build import file_digest
from fdscs.model.float_checkpoint import load_trainable
from fdscs.storage.checkpoint import load_checkpoint

LARGER = """
[architecture]
disparities = 9
encoder = [7, 5, 4]
context = [6]
unet = [5, 8]
[precision]
weights = {}
activations = {}
[training]
seed = 53
crop = [64, 64]
"""


def test_grow(made: Callable[..., str], float_file: Path, tmp_path: Path) -> None:
    output, again = tmp_path / "grown.safetensors", tmp_path / "again.safetensors"
    config = tmp_path / "larger.toml"
    config.write_text(LARGER)
    printed = made("grow", "--checkpoint", float_file, "--config", config, "-o", output)
    net = load_trainable(output)
    assert f"{sum(each.numel() for each in net.parameters()):,} parameters" in printed
    provenance = load_checkpoint(output, "float").header["provenance"]
    before = load_checkpoint(float_file, "float").header["provenance"]
    assert provenance == {"grown_from": file_digest(float_file), "seed": 53, "before": before}
    made("grow", "--checkpoint", float_file, "--config", config, "-o", again)
    assert again.read_bytes() == output.read_bytes()


def test_a_smaller_one(refused: Callable[..., str], float_file: Path, tmp_path: Path) -> None:
    large, output = tmp_path / "large.toml", tmp_path / "out"
    large.write_text('preset = "tiny"\n[architecture]\ndisparities = 7\n')
    said = refused("grow", "--checkpoint", float_file, "--config", large, "-o", output)
    assert said.startswith(f"{large}: ")
    assert said.endswith(f"give a configuration that is {float_file}'s or larger.")
    assert not output.exists()
