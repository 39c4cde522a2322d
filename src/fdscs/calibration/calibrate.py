"""Calibration from end to end."""

from fdscs.calibration import PAIRS
from fdscs.calibration.deploy import deployed
from fdscs.calibration.equalise import equalise
from fdscs.calibration.observe import Inputs, calibration_inputs, sample_activations
from fdscs.calibration.refit import refit_and_round
from fdscs.calibration.steps import activation_steps, weight_steps
from fdscs.model.config import Config
from fdscs.model.fdscs import build_graph
from fdscs.model.float_checkpoint import float_tensors
from fdscs.model.graph import Requantise
from fdscs.model.network import FloatNetwork
from fdscs.quantization.network import QuantNetwork, Steps
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.storage.progress import stage


def calibrate(
    net: FloatNetwork, config: Config, dataset: StereoDataset, pairs: int = PAIRS
) -> tuple[QuantNetwork, FloatNetwork]:
    """A quantised network with the widths of `config`, calibrated on crops of `pairs` pairs.

    With it the float network whose channels were scaled to suit it: the same function as `net`,
    and layer by layer what the quantised one should compute. Ground truth is not used. The result
    is deterministic.
    """
    inputs = calibration_inputs(build_graph(config.architecture, config.precision), dataset, pairs)
    return calibrate_on(net, config, inputs)


def calibrate_on(
    net: FloatNetwork, config: Config, inputs: list[Inputs]
) -> tuple[QuantNetwork, FloatNetwork]:
    """Equalise, choose steps, then refit and round the weights of one layer after another."""
    real = deployed(net)
    equalise(real)
    uncalibrated = build_graph(config.architecture, config.precision)
    output = uncalibrated.output
    names = [relu.name for relu in uncalibrated.of_type(Requantise) if relu.name != output]
    samples = sample_activations(real, inputs, names)
    fixed = {output: config.precision.disparity_frac, "rgb": config.precision.rgb_bits - 1}
    with stage("choosing steps of activations"):
        frac = activation_steps(real, uncalibrated, samples, fixed)
    graph = build_graph(config.architecture, config.precision, frac)
    steps = Steps({name: frac[name] for name in (*names, output)}, weight_steps(real, graph))
    quantised = QuantNetwork(config.architecture, config.precision, steps).eval()
    quantised.set_parameters(float_tensors(real))
    refit_and_round(quantised, real, inputs)
    return quantised, real
