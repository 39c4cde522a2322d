"""Walking the float and the quantised network side by side, layer by layer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from fdscs.calibration.observe import Inputs
from fdscs.model import graph as g
from fdscs.model.network import TABLE, Network


@dataclass(frozen=True)
class Sample:
    """One convolution on one calibration crop."""

    real: Tensor  # (1, O, h, w): what the float network's layer makes
    quantised_input: Tensor  # (1, I, h, w): what the quantised network's layer reads


def walk_together(
    quantised: Network, real: Network, inputs: Sequence[Inputs]
) -> Iterator[tuple[g.Conv2d, list[Sample]]]:
    """Yield every convolution with its samples, in order.

    The quantised layer is run only after the caller has had its turn to change it, so each layer
    is seen on inputs that all earlier changes have shaped. Call it without gradients.
    """
    last_use = {name: node.name for node in quantised.nodes for name in node.inputs}
    runs = [({"cost": cost, "rgb": rgb}, {"cost": cost, "rgb": rgb}) for cost, rgb in inputs]
    for node in quantised.nodes:  # these carry the widths
        for real_values, _ in runs:
            _run(real, node, real_values)
        if isinstance(node, g.Conv2d):
            yield node, [Sample(r[node.name], q[node.inputs[0]]) for r, q in runs]
        for _, quantised_values in runs:
            _run(quantised, node, quantised_values)
        done = [name for name in node.inputs if last_use[name] == node.name]
        for values in (each for run in runs for each in run):
            for name in done:
                del values[name]


def _run(net: Network, node: g.Op, values: dict[str, Tensor]) -> None:
    values[node.name] = TABLE[type(node)](net, node, *(values[name] for name in node.inputs))
