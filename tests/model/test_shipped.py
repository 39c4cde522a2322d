"""The checkpoints that come along: complete, ours, and good on a real pair they never saw."""

import numpy as np
import pytest

from fdscs.backends.float_network import FloatBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.evaluation.evaluate import predict_pair
from fdscs.evaluation.metrics import measure
from fdscs.model.config import LITE, PAPER
from fdscs.model.config_file import read_config
from fdscs.model.float_checkpoint import load_float
from fdscs.model.shipped import LITE_FLOAT, PAPER_FLOAT
from fdscs.quantization.freeze import freeze
from fdscs.stereo_datasets.augment import crop
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.checkpoint import load_checkpoint


def test_it_is_the_preset_in_half_precision() -> None:
    net, config = load_float(LITE_FLOAT)
    assert config.architecture == LITE.architecture
    assert config.training == read_config("lite-tall").training
    tensors = load_checkpoint(LITE_FLOAT, "float").tensors
    assert {each.dtype for name, each in tensors.items() if "weight" in name} == {np.dtype("f2")}
    assert LITE_FLOAT.stat().st_size < 500_000
    assert sum(each.size for each in tensors.values()) == 224_753
    assert sum(each.numel() for each in net.parameters()) == 224_753


def test_its_provenance_is_made_up_pairs_alone() -> None:
    header = load_checkpoint(LITE_FLOAT, "float").header
    provenance = header["provenance"]
    assert provenance["dataset"]["name"] == SyntheticPairs.name == "synthetic"
    assert "Apache-2.0" in provenance["note"]
    assert header["versions"]["torch"]


def test_paper_was_grown_from_lite_and_trained_on_made_up_pairs() -> None:
    net, config = load_float(PAPER_FLOAT)
    assert config.architecture == PAPER.architecture
    assert sum(each.numel() for each in net.parameters()) == 946_289
    assert PAPER_FLOAT.stat().st_size < 2_000_000
    provenance = load_checkpoint(PAPER_FLOAT, "float").header["provenance"]
    assert provenance["before"]["dataset"]["name"] == SyntheticPairs.name
    assert "Apache-2.0" in provenance["note"]


def test_paper_matches_a_real_pair() -> None:
    net, _ = load_float(PAPER_FLOAT)
    pair = open_dataset("motorcycle")[0]
    half = crop(pair, 120, 0, 250, pair.size[1])
    disparity = predict_pair(FloatBackend(net), half)
    assert half.disparity is not None and half.valid is not None
    metrics = measure(disparity, half.disparity, half.valid)
    assert metrics.d1 < 13 and metrics.epe < 2.5


@pytest.mark.parametrize("rows", [(0, 250), (250, 500)], ids=["upper half", "lower half"])
def test_quantised_it_matches_a_real_pair(rows: tuple[int, int]) -> None:
    """Calibrated on four made-up pairs, 8 bits, integers only; D1 limits leave some room."""
    net, config = load_float(LITE_FLOAT)
    quantised, _ = calibrate(net, config, SyntheticPairs(4, (128, 448), 94.0, seed=9))
    frozen = freeze(quantised)
    pair = open_dataset("motorcycle")[0]
    half = crop(pair, rows[0], 0, rows[1] - rows[0], pair.size[1])
    disparity = predict_pair(ReferenceBackend(frozen.graph, frozen.params), half)
    assert half.disparity is not None and half.valid is not None
    metrics = measure(disparity, half.disparity, half.valid)
    assert metrics.d1 < 15 and metrics.epe < 3
