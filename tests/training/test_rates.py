"""Learning rates and counts of steps."""

from dataclasses import replace

import pytest

from fdscs.model.config import Training, in_steps, with_float_steps, with_steps
from fdscs.model.config_file import config_from, config_to, read_config
from fdscs.training.rates import rate_at, warm_up_and_cosine
from tests.tiny import TINY

RATES = ((0, 1e-5), (5, 1e-4), (9, 1e-6))


def test_piecewise_constant_rates_by_hand() -> None:
    rates = [rate_at(RATES, step) for step in (0, 4, 5, 8, 9, 1000)]
    assert rates == [1e-5, 1e-5, 1e-4, 1e-4, 1e-6, 1e-6]


def test_cosine_by_hand() -> None:
    assert warm_up_and_cosine(0, 1000) == pytest.approx(1 / 50)
    assert warm_up_and_cosine(500, 1000) == pytest.approx(0.5)
    assert warm_up_and_cosine(999, 1000) < 1e-5


def recipe(**changes: object):
    return replace(TINY, training=replace(TINY.training, **changes))


def test_epochs_become_steps() -> None:
    config = recipe(
        unit="epoch", float_steps=80, steps=3, batch=4, float_rates=((0, 1e-4), (5, 1e-5))
    )
    training = in_steps(config, 10).training
    assert (training.float_steps, training.steps, training.unit) == (200, 8, "step")
    assert training.float_rates == ((0, 1e-4), (13, 1e-5))  # after 12.5 steps
    assert in_steps(recipe(float_steps=80), 10) == recipe(float_steps=80)


def test_stages_follow_the_number_of_steps() -> None:
    config = recipe(float_steps=600, steps=300, float_rates=((0, 1e-4), (400, 1e-5)))
    fewer = with_float_steps(config, 6).training
    assert (fewer.float_steps, fewer.steps) == (6, 300)
    assert fewer.float_rates == ((0, 1e-4), (4, 1e-5))
    fewer = with_steps(config, 3).training
    assert (fewer.float_steps, fewer.steps) == (6, 3)
    assert fewer.float_rates == ((0, 1e-4), (4, 1e-5))


@pytest.mark.parametrize("rates", [((1, 1e-4),), ((0, 1e-4), (0, 1e-5)), ((0, 0.0),)])
def test_faulty_rates_are_refused(rates: tuple[tuple[int, float], ...]) -> None:
    with pytest.raises(ValueError, match="float_rates"):
        Training(float_rates=rates)


# What the authors' program and the reproduction's have, each figure from their training scripts.
PUBLISHED = {
    "authors-sceneflow": ([(0, 1e-5), (5000, 1e-4)], 350_000, "step", (540, 960), "fdscs"),
    "authors-kitti": (
        [(0, 1e-4), (150_000, 1e-5), (200_000, 1e-6)], 250_000, "step", (370, 1224), "fdscs",
    ),
    "reproduction-sceneflow": ([(0, 1e-4), (5, 1e-5)], 80, "epoch", (256, 512), "smooth_l1"),
    "reproduction-kitti": (
        [(0, 1e-4), (3000, 1e-5), (4000, 1e-6)], 5000, "epoch", (352, 1216), "smooth_l1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_recipes_have_the_published_schedule(name: str) -> None:
    training = read_config(name).training
    found = (list(training.float_rates), training.float_steps, training.unit, training.crop,
             training.float_loss)  # fmt: skip
    assert found == PUBLISHED[name]
    assert (training.batch, training.order, training.population_batches) == (4, "shuffled", 500)
    assert (training.max_scale == 1.5) == ("kitti" in name)
    assert (training.mirror == "both") == (name == "authors-sceneflow")


def test_settings_that_older_files_lack_have_defaults() -> None:
    old = config_to(TINY)
    del old["data"]
    for name in ("unit", "order", "float_rates", "optimiser", "mirror", "population_batches"):
        del old["training"][name]
    assert config_from(old, "old") == TINY
