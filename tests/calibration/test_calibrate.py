"""Calibration keeps the function and loses little."""

from collections.abc import Callable

import numpy as np
import torch

from fdscs.calibration.calibrate import calibrate
from fdscs.calibration.deploy import deployed
from fdscs.calibration.equalise import equalise
from fdscs.calibration.observe import calibration_inputs, sample_activations
from fdscs.calibration.steps import activation_steps, best_step
from fdscs.model.fdscs import build_graph
from fdscs.model.front_end import float_front_end
from fdscs.model.graph import Requantise
from fdscs.model.links import links
from fdscs.model.network import FloatNetwork
from fdscs.quantization.datapath import images_to_tensor
from fdscs.quantization.front_end import network_inputs
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from tests.tiny import TINY


def real_codes(net: FloatNetwork, left: np.ndarray, right: np.ndarray) -> tuple:
    """Normalised costs, and the same costs in code units, from one float front end."""
    from fdscs.model.fdscs import CHROMA_STEP, COST_MEAN, COST_SCALE

    cost, rgb = float_front_end(images_to_tensor(left), images_to_tensor(right), 8)
    unit = np.tile([1, CHROMA_STEP, CHROMA_STEP], 8)
    scale, mean = np.tile(COST_SCALE, 8), np.tile(COST_MEAN, 8)
    raw = (cost.double().numpy() / scale[:, None, None] + mean[:, None, None]) / unit[:, None, None]
    return cost, torch.from_numpy(raw).float(), rgb


def test_deployment_folds_the_normalisation_exactly(
    tiny_float: FloatNetwork, random_images: Callable
) -> None:
    cost, raw, rgb = real_codes(tiny_float, *random_images(48, 64))
    with torch.no_grad():
        before, after = tiny_float(cost, rgb), deployed(tiny_float)(raw, rgb)
    assert float((before - after).abs().max()) < 1e-4 * float(before.abs().max())


def test_equalisation_keeps_the_function(tiny_float: FloatNetwork, random_images: Callable) -> None:
    net = deployed(tiny_float)
    graph = build_graph(TINY.architecture)
    inputs = network_inputs(graph, *(images_to_tensor(view) for view in random_images(48, 64)))
    with torch.no_grad():
        before = net(*inputs)
        weights = net.convs["enc1"].weight.clone()
        equalise(net)
        after = net(*inputs)
    assert not torch.equal(weights, net.convs["enc1"].weight)
    assert float((before - after).abs().max()) < 1e-4 * float(before.abs().max())


def test_links_follow_skips_pools_and_depth_to_space() -> None:
    found = {link.relu: link for link in links(build_graph(TINY.architecture))}
    # u2_3 goes down through the pool and across as the first half of the top concatenation.
    assert found["u2_3_relu"].consumers == (("u1u1_2", 0), ("u4_3", 0))
    # u1u3_3 has four blocks of 4 channels, which depth-to-space stacks behind u2_3's four.
    up = found["u1u3_3_relu"]
    assert (up.channels, up.blocks, up.consumers) == (4, 4, (("u4_3", 4),))
    # Features follow the three channels of rgb.
    assert found["enc1_relu"].consumers == (("cenc", 3),)


def test_concatenated_tensors_share_a_step(tiny_float: FloatNetwork, pairs: SyntheticPairs) -> None:
    net = calibrate(tiny_float, TINY, pairs)[0]
    frac = net.steps.activations
    assert frac["u2_3_relu"] == frac["u1u3_3_relu"]
    assert frac["enc1_relu"] == frac["cenc1_relu"] == net.graph.format_of("rgb").frac


def test_calibration_is_deterministic(tiny_float: FloatNetwork, pairs: SyntheticPairs) -> None:
    first, second = (calibrate(tiny_float, TINY, pairs)[0].get_parameters() for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_best_step_weighs_rounding_against_saturation() -> None:
    assert best_step((torch.linspace(0, 15, 1000), 4)) == 1.0
    outlier = torch.cat([torch.linspace(0, 1, 100_000), torch.tensor([1.9])])
    # Saturating one value costs less than halving the resolution of the rest.
    assert best_step((outlier, 4)) < 1.1 / 15
    assert best_step((torch.zeros(5), 8)) == 1.0


def test_tensors_that_share_a_step_are_weighed_together() -> None:
    small, large = torch.linspace(0, 1, 1000), torch.linspace(0, 8, 1000)
    assert best_step((small, 8)) == 1 / 255 and best_step((large, 8)) == 8 / 255
    assert best_step((small, 8), (large, 8)) == 8 / 255
    assert best_step((small, 4), (large, 8)) == 1 / 15


def test_steps_are_the_best_of_the_scaled_channels(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    real = deployed(tiny_float)
    graph = build_graph(TINY.architecture, TINY.precision)
    names = [relu.name for relu in graph.of_type(Requantise) if relu.name != "out_relu"]
    inputs = calibration_inputs(graph, pairs, 2)
    with torch.no_grad():
        before = real(*inputs[0])
    frac = activation_steps(
        real, graph, sample_activations(real, inputs, names), {"out_relu": 6, "rgb": 7}
    )
    with torch.no_grad():
        assert torch.allclose(real(*inputs[0]), before, atol=1e-3)  # the function is the same
    scaled = sample_activations(real, inputs, names)
    for name in ("enc0_relu", "enc1_relu", "cenc1_relu"):  # the last two have the step of rgb
        best = best_step((scaled[name], graph.format_of(name).bits))
        assert abs(best * 2.0 ** frac[name] - 1) < 1e-3


def test_quantised_disparity_is_close_to_float(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    net, real = calibrate(tiny_float, TINY, pairs)[0], deployed(tiny_float)
    pair = pairs[0]
    inputs = network_inputs(net.graph, images_to_tensor(pair.left), images_to_tensor(pair.right))
    with torch.no_grad():
        expected = real(*inputs)
        error = (net(*inputs) - expected).abs()
    spread = float(expected.std())
    assert spread > 0.2
    assert float(error.mean()) < 0.1 * spread
