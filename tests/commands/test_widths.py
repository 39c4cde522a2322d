"""fdscs sensitivity and search, from a float checkpoint to a configuration that calibrates."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from fdscs.calibration.sensitivity_table import SIZE, WIDTHS
from fdscs.commands.widths import to_toml
from fdscs.model.bit_operations import bit_operations
from fdscs.model.config import LITE, Precision
from fdscs.model.config_file import config_from, read_config
from fdscs.model.fdscs import build_graph
from fdscs.storage.checkpoint import load_checkpoint

Made = Callable[..., str]


@pytest.fixture(scope="module")
def table(stage: Path, made: Made, float_file: Path, dataset: Path) -> Path:
    path = stage / "sensitivity.csv"
    made("sensitivity", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
         "--pairs", 1, "-o", path)  # fmt: skip
    return path


def test_sensitivity(table: Path, float_file: Path) -> None:
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    config = config_from(load_checkpoint(float_file, "float").header["config"], float_file)
    convs = len(build_graph(config.architecture).macs(*SIZE))
    assert len(rows) == (2 * convs - 1) * len(WIDTHS)
    assert {"layer", "kind", "bits", "macs_percent"} < set(rows[0])


def test_sensitivity_twice_gives_the_same_bytes(
    made: Made, table: Path, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    made("sensitivity", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
         "--pairs", 1, "-o", tmp_path / "s.csv")  # fmt: skip
    assert (tmp_path / "s.csv").read_bytes() == table.read_bytes()


def test_search_finds_a_configuration_that_calibrates(
    made: Made, table: Path, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    toml, output = tmp_path / "found.toml", tmp_path / "q.safetensors"
    printed = made("search", "--table", table, "--checkpoint", float_file, "--budget", 45,
                   "-o", toml)  # fmt: skip
    made("calibrate", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
         "--pairs", 1, "--config", toml, "-o", output)  # fmt: skip
    config = config_from(load_checkpoint(output, "quantised").header["config"], output)
    percent = bit_operations(build_graph(config.architecture, config.precision), *SIZE)
    assert 40 < percent <= 45
    assert f"{percent:.1f} % of the bit operations" in printed


def test_the_configuration_of_a_preset_names_it() -> None:
    precision = Precision(weight_bits=5, weights={"out": 9}, activations={}, rgb_bits=7)
    text = to_toml(LITE, precision, 50.0)
    assert 'preset = "lite"' in text and "[architecture]" not in text


def test_a_written_configuration_reads_back(tmp_path: Path) -> None:
    for precision in (Precision(), Precision(weight_bits=5, weights={"out": 9, "enc0": 3})):
        (tmp_path / "c.toml").write_text(to_toml(LITE, precision, 50.0))
        config = read_config(str(tmp_path / "c.toml"))
        assert (config.architecture, config.precision) == (LITE.architecture, precision)


def test_search_refuses(
    refused: Callable[..., str], table: Path, float_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "found.toml"
    common = ("search", "--checkpoint", float_file, "-o", output)
    assert "cannot be met" in refused(*common, "--table", table, "--budget", 2, output=output)
    assert "not a table" in refused(*common, "--table", float_file, "--budget", 45, output=output)
    other = tmp_path / "other.csv"
    other.write_text(table.read_text().replace("enc0", "enc9"))
    said = refused(*common, "--table", other, "--budget", 45, output=output)
    assert "not this network's" in said
