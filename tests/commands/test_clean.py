"""fdscs clean: what is left runs everywhere, and nothing is written where a value would change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fdscs.commands.train import with_precision_of
from fdscs.model.config import LITE
from fdscs.quantization import clean
from fdscs.quantization.quant_checkpoint import load_quantised, save_quantised
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput
from tests.planted import fix

Made = Callable[..., str]


@pytest.fixture(scope="module")
def planted_file(quantised_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network with a dead, a constant and four dead channels before depth-to-space."""
    net, config, header = load_quantised(quantised_file)
    with torch.no_grad():
        fix(net, "u1u1_2", 1, -100.0)
        fix(net, "enc0", 2, 10)
        for channel in (2, 6, 10, 14):
            fix(net, "u1u3_2", channel, -100.0)
    path = tmp_path_factory.mktemp("planted") / "quant.safetensors"
    save_quantised(path, net, config, header["provenance"])
    return path


def test_a_cleaned_network_is_exported_and_checked(
    made: Made, planted_file: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    output, build = tmp_path / "cleaned.safetensors", tmp_path / "build"
    pair = ("--left", left, "--right", right)
    printed = made("clean", "--checkpoint", planted_file, "-o", output, *pair)
    assert "channels removed (" in printed and "equal: 0 mismatches" in printed
    config = load_quantised(output)[1]
    assert config.architecture.channels["u1u3_2"] == 12
    assert config.architecture.channels["u1u1_2"] == 3
    assert config.architecture.channels["enc0"] == 5
    made("export", "--checkpoint", output, "-o", build, "--size", "80x160")
    assert "equal: 0 mismatches" in made("check", build, *pair)
    disparities = []
    for source in (("--checkpoint", planted_file), (build,)):
        made("predict", *source, *pair, "-o", tmp_path / "d.png")
        disparities.append((tmp_path / "d.png").read_bytes())
    assert disparities[0] == disparities[1]


def test_its_header_tells_where_it_comes_from(
    made: Made, planted_file: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    output = tmp_path / "cleaned.safetensors"
    made("clean", "--checkpoint", planted_file, "-o", output, "--left", left, "--right", right)
    before, after = (load_checkpoint(each, "quantised").header for each in (planted_file, output))
    assert {"cleaned_sha256", *before["provenance"]} == set(after["provenance"])


def test_a_value_that_changed_is_named_and_nothing_is_written(
    fdscs: Callable, planted_file: Path, left: Path, right: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    honest = clean._classify

    def wrong(frozen, link, ranges):  # takes the constant for dead
        found = honest(frozen, link, ranges)
        kinds = found.kinds.copy()
        kinds[kinds == clean.CONSTANT] = clean.DEAD
        return replace(found, kinds=kinds)

    monkeypatch.setattr(clean, "_classify", wrong)
    output = tmp_path / "cleaned.safetensors"
    outcome = fdscs(
        "clean", "--checkpoint", planted_file, "-o", output, "--left", left, "--right", right
    )
    assert outcome.status == 1
    assert "mismatch: enc1: " in outcome.out and "last equal layer enc0_relu" in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_widths_may_come_from_a_configuration_of_the_network_before(tmp_path: Path) -> None:
    fewer = replace(LITE, architecture=replace(LITE.architecture, channels={"enc0": 30}))
    assert with_precision_of(fewer, "lite") == fewer
    (tmp_path / "other.toml").write_text('preset = "lite"\n[architecture.channels]\nenc0 = 29\n')
    with pytest.raises(BadInput, match="its architecture is not the checkpoint's"):
        with_precision_of(fewer, str(tmp_path / "other.toml"))


def test_one_image_alone_is_refused(refused: Callable[..., str], planted_file: Path, left: Path,
                                    tmp_path: Path) -> None:  # fmt: skip
    output = tmp_path / "cleaned.safetensors"
    said = refused(
        "clean", "--checkpoint", planted_file, "-o", output, "--left", left, output=output
    )
    assert said == "give both --left and --right, or neither for the Motorcycle pair."
