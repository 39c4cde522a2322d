"""Configurations: presets and TOML files; a fault is named with its file and field."""

from dataclasses import replace
from pathlib import Path

import pytest

from fdscs.model.bit_operations import bit_operations
from fdscs.model.config import LITE, PAPER, TINY
from fdscs.model.config_file import config_from, config_to, names, read_config
from fdscs.model.fdscs import build_graph
from fdscs.storage.errors import BadInput

FAULTS = {
    "unknown key": ("[training]\nstep = 3", r"training\.step: Unexpected keyword"),
    "unknown section": ("[trainin]\nsteps = 3", "trainin: Unexpected keyword"),
    "text for a number": ('[training]\nbatch = "many"', r"training\.batch: .*valid integer"),
    "fraction for an integer": ("[training]\nbatch = 1.5", r"training\.batch: .*valid integer"),
    "number for a section": ("training = 3", "training: "),
    "bits as text": ('precision.weights.out = "a"', r"precision\.weights\.out: .*valid integer"),
    "bits of no layer": ("precision.weights.enc9 = 8", "bits for enc9.*its layers are cenc, "),
    "too many bits": ("precision.weights.out = 17", "weights have 2 to 16 bits"),
    "too few bits": ("precision.weights.out = 1", "weights have 2 to 16 bits"),
    "activation bits": ("precision.activations.enc0 = 17", "activations have 1 to 16 bits"),
    "small crop": ("[training]\ncrop = [63, 64]", "at least 64 pixels a side"),
    "disparities": ("[architecture]\ndisparities = 1", "disparities is 1; 2 to 256"),
    "levels": ("[architecture]\nunet = [4]", "unet 2 to 6 levels"),
    "channels": ("[architecture.channels]\nenc0 = 0", r"channels\.enc0 is 0; 1 to 4096"),
    "channels of no layer": ("[architecture.channels]\nenc9 = 2", "channels for enc9.*layers are"),
    "channels of the output": ("[architecture.channels]\nout = 2", "disparity is one channel"),
    "no whole fours": ("[architecture.channels]\nu1u3_2 = 6", "depth-to-space needs whole fours"),
    "loss": ('[training]\nloss = "l7"', r"training\.loss: "),
    "weight of hidden pixels": ("[training]\nhidden = 2", "hidden is 0 to 1"),
    "averages without end": ("[training]\naverage = 1.0", "average at least 0 and below 1"),
    "scenes": ('[training]\nsynthetic_scenes = "odd"', r"training\.synthetic_scenes: "),
    "fresh pairs": ("[training]\nsynthetic_fresh = -1", "synthetic_fresh is 0 to 1000"),
    "fresh pairs in epochs": (
        '[training]\nsynthetic_fresh = 1\norder = "shuffled"',
        'and 0 unless order is "drawn"',
    ),
    "preset": ('preset = "heavy"', "preset 'heavy' does not exist; choose paper, lite"),
    "preset that is a list": ("preset = []", "preset .* does not exist; choose paper, lite"),
    "not TOML": ("[[[", "neither a configuration .* nor a readable TOML file"),
    "deeply nested": ("a = " + "[" * 5000, "neither a configuration .* nor a readable TOML file"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults(tmp_path: Path, case: str) -> None:
    text, message = FAULTS[case]
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=message) as caught:
        read_config(str(path))
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="nor a readable TOML file"):
        read_config(str(tmp_path / "c.toml"))


def test_a_name_of_nothing() -> None:
    with pytest.raises(
        BadInput,
        match=r"^heavy: neither a configuration \(paper, lite, tiny, acc16, authors-kitti, ",
    ):
        read_config("heavy")


@pytest.mark.parametrize(("name", "expected"), [(None, PAPER), ("paper", PAPER), ("lite", LITE)])
def test_presets(name: str | None, expected: object) -> None:
    assert read_config(name) == expected


def test_a_file_changes_its_preset(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('preset = "lite"\n[training]\nbatch = 7\n[precision]\nweights = {}\n')
    found = read_config(str(path))
    assert found.architecture == LITE.architecture
    assert found.training.batch == 7 and found.training.crop == LITE.training.crop
    assert found.precision.weights == {} and LITE.precision.weights != {}
    assert found.precision.activations == LITE.precision.activations


@pytest.mark.parametrize("config", [PAPER, LITE])
def test_plain_data_comes_back(config: object) -> None:
    assert config_from(config_to(config), "here") == config  # type: ignore[arg-type]


BUDGETS = {
    "w8": 110,
    "w6": 65,
    "w4": 45,
    "w4s": 30,
    "w4f": 30,
}  # % of the bit operations at 8 x 8 bits


def test_named_configurations_keep_their_budgets() -> None:
    for name, budget in BUDGETS.items():
        config = read_config(name)
        graph = build_graph(config.architecture, config.precision)
        assert bit_operations(graph, 375, 1242) <= budget, name


@pytest.mark.parametrize("name", names())
def test_every_name_is_a_configuration_of_a_preset(name: str) -> None:
    scale = {"output_scale": 1.0, "output_offset": 0.0}  # which training may choose
    found, *presets = (
        replace(each.architecture, **scale) for each in (read_config(name), PAPER, LITE, TINY)
    )
    assert found in presets


def test_a_file_may_start_from_a_named_configuration(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('preset = "w4s"\n[training]\nsteps = 7\n')
    found, base = read_config(str(path)), read_config("w4s")
    assert found == replace(base, training=replace(base.training, steps=7))
