"""Raw checkpoints are told from folded ones, and folded by the population's statistics."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fdscs.calibration.batch_norms import PROBED, check_folded, deviations, folded
from fdscs.model.config import PAPER
from fdscs.model.float_checkpoint import float_tensors
from fdscs.model.network import FloatNetwork
from fdscs.model.official import import_official
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput

Weights = dict[str, np.ndarray]
NORMALISED = ("enc0", "enc1", "enc2", "enc3", "cenc", "cenc1", "cenc2")


@pytest.fixture(scope="module")
def pairs() -> SyntheticPairs:
    return SyntheticPairs(2, (64, 272), max_disparity=100, seed=5)


@pytest.fixture(scope="module")
def raw() -> Weights:
    """Random `paper` weights of no particular scale."""
    net = FloatNetwork(PAPER.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    return float_tensors(net)


def rescaled(weights: Weights, least: float, most: float) -> Weights:
    """Normalised layers with every channel scaled by a factor of its own."""
    rng = np.random.default_rng(1)
    changed = dict(weights)
    for name in NORMALISED:
        weight = weights[f"{name}.weight"]
        factors = np.exp(rng.uniform(np.log(least), np.log(most), (len(weight), 1, 1, 1)))
        changed[f"{name}.weight"] = (weight * factors).astype(np.float32)
    return changed


def test_folding_gives_every_output_a_deviation_of_one(raw: Weights, pairs: SyntheticPairs) -> None:
    one = SyntheticPairs(1, pairs.size, pairs.max_disparity, seed=5)  # whose own statistics count
    made = folded(raw, one)
    for name, deviation in deviations(made, one).items():
        assert np.abs(deviation - 1).max() < 1e-3, name
    assert np.array_equal(made["u4_5.weight"], raw["u4_5.weight"])


def test_the_scale_of_raw_weights_is_of_no_consequence(raw: Weights, pairs: SyntheticPairs) -> None:
    one, other = folded(raw, pairs), folded(rescaled(raw, 0.05, 20), pairs)
    for name in one:
        assert np.allclose(one[name], other[name], rtol=1e-3, atol=1e-4), name


def test_raw_weights_are_refused_and_folded_ones_are_not(
    raw: Weights, pairs: SyntheticPairs
) -> None:
    check_folded(folded(raw, pairs), "w.npz")
    with pytest.raises(BadInput, match=r"w\.npz: its batch norms are not folded .* --dataset"):
        check_folded(raw, "w.npz")


@pytest.mark.parametrize("factors", [(1.3, 1.3), (0.4, 2.5)])
def test_published_weights_are_told_from_unfolded_ones(
    shared: Path, factors: tuple[float, float]
) -> None:
    weights = import_official(shared / "weights" / "fdscs_official_bn600k.npz")
    check_folded(weights, "bn600k.npz")
    with pytest.raises(BadInput, match="not folded"):
        check_folded(rescaled(weights, *factors), "raw.npz")


def test_a_single_layer_that_is_not_folded_is_found(shared: Path) -> None:
    weights = import_official(shared / "weights" / "fdscs_official_bn600k.npz")
    for name in (PROBED[0], PROBED[-1]):
        changed = weights | {f"{name}.weight": 2 * weights[f"{name}.weight"]}
        with pytest.raises(BadInput, match="not folded"):
            check_folded(changed, "raw.npz")
