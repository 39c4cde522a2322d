"""The distance of integers from the float network."""

import numpy as np
import pytest
import torch

from fdscs.backends.float_network import FloatBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import Build
from fdscs.model.graph import Requantise
from fdscs.model.network import FloatNetwork
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.report.float_layers import departure, run_float
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from tests.tiny import TINY


def test_departure_by_hand() -> None:
    codes = np.array([[[0, 3, 8]]])
    real = np.array([[[0.125, 1.5, 3.0]]])
    found = departure(codes, real, 0.5)
    assert found.mean == pytest.approx((0.25 + 0 + 2) / 3)
    assert found.largest == 2.0 and found.most == 3.0
    signal, noise = 0.125**2 + 1.5**2 + 9, 0.125**2 + 1
    assert found.decibels == pytest.approx(10 * np.log10(signal / noise))


def test_departure_of_nothing() -> None:
    found = departure(np.zeros((1, 2, 2), int), np.zeros((1, 2, 2)), 1.0)
    assert (found.mean, found.largest, found.decibels) == (0, 0, None)
    assert found.centiles == (0, 0, 0)


def test_rounded_weights_alone_leave_what_activations_lose(
    tiny_net: QuantNetwork, tiny_build: Build, pairs: SyntheticPairs
) -> None:
    """With the frozen weights the first layer departs by half a step at most."""
    tiny_net.snap()
    codes = ReferenceBackend(tiny_build.graph, tiny_build.params).run_images(
        pairs[0].left, pairs[0].right
    )
    found = run_float(tiny_net, TINY.architecture, None, pairs[0], codes)
    step = tiny_build.graph.format_of("enc0_relu").step
    within = found.layers["enc0_relu"].most <= (tiny_build.graph.format_of("enc0_relu").max) * step
    assert within and 0.25 < found.layers["enc0_relu"].largest <= 0.5 + 1e-4
    assert found.name == "unrounded" and not found.scaled
    later = [found.layers[name].largest for name in ("enc1_relu", "cenc_relu")]
    assert min(later) > 0.5  # errors of inputs add up


def test_equalisation_makes_no_difference(tiny_float: FloatNetwork, pairs: SyntheticPairs) -> None:
    """The network before equalisation counts as the one after it, which has the same scales."""
    net, equalised = calibrate(tiny_float, TINY, pairs)
    assert not torch.allclose(equalised.plain("enc1")[0], tiny_float.plain("enc1")[0])
    frozen = freeze(net)
    codes = ReferenceBackend(frozen.graph, frozen.params).run_images(pairs[0].left, pairs[0].right)
    found = run_float(net, TINY.architecture, tiny_float, pairs[0], codes)
    assert found.name == "float" and found.scaled
    rgb = torch.from_numpy(codes["rgb"])[None] * net.graph.format_of("rgb").step
    with torch.no_grad():
        values = equalised.run(torch.from_numpy(codes["cost"]).float()[None], rgb.float())
    for relu in frozen.graph.of_type(Requantise):
        own = departure(codes[relu.name], values[relu.name][0].double().numpy(), relu.format.step)
        assert own.decibels is not None
        # The best factors can only lessen the distance, and hardly do.
        assert own.decibels - 0.02 <= (found.layers[relu.name].decibels or 0) < own.decibels + 3
        assert found.layers[relu.name].mean == pytest.approx(own.mean, rel=0.2)
    expected = FloatBackend(tiny_float).disparity_px(pairs[0].left, pairs[0].right)
    assert np.array_equal(found.disparity, expected)
