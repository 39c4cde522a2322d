"""The float network as the datapath sees it: on integer costs, disparity straight from `out`."""

import numpy as np
import torch

from fdscs.model.fdscs import CHROMA_STEP, COST_MEAN, COST_SCALE
from fdscs.model.network import FloatNetwork, OutputDisparity


def deployed(net: FloatNetwork) -> FloatNetwork:
    """A copy that reads cost codes instead of normalised costs; the same function otherwise.

    The normalisation (cost − mean) · scale is affine, so it folds into the first convolution; the
    scale and offset of the output fold into the last.
    """
    plain = net.folded()
    disparities = net.architecture.disparities
    unit = np.array([1.0, CHROMA_STEP, CHROMA_STEP])  # of one code of each cost
    gain = torch.from_numpy(np.tile(unit * COST_SCALE, disparities))
    offset = torch.from_numpy(np.tile(np.multiply(COST_MEAN, COST_SCALE), disparities))
    with torch.no_grad():
        first, last = plain.convs["enc0"], plain.convs["out"]
        weight = first.weight.double()
        first.bias -= (weight[:, :, 0, 0] @ offset).float()
        first.weight.copy_(weight * gain[:, None, None])
        output = plain.relus[plain.graph.output]
        assert isinstance(output, OutputDisparity)
        last.weight *= output.scale
        last.bias.mul_(output.scale).add_(output.offset)
    return reading_codes(plain)


def reading_codes(net: FloatNetwork) -> FloatNetwork:
    """`net`, whose parameters have been folded as `deployed` does, with the output that fits."""
    net.relus[net.graph.output] = OutputDisparity(1.0, 0.0)
    return net
