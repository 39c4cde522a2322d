"""Brevitas' own QONNX export of the trained network, to be held against the description."""

import logging
import warnings
from contextlib import redirect_stdout
from io import StringIO

import brevitas.nn as qnn
import onnx
import torch
from brevitas.export import export_qonnx
from torch import Tensor, nn

from fdscs.export.qonnx import OPSET
from fdscs.model import graph as g
from fdscs.model.network import TABLE
from fdscs.quantization.network import QuantNetwork
from fdscs.quantization.quantisers import activation_quantiser


def export_brevitas(net: QuantNetwork, rows: int, columns: int) -> onnx.ModelProto:
    """Trace `net` for images of `rows` × `columns` pixels through Brevitas and torch.export."""
    shapes = net.graph.shapes(rows, columns)
    inputs = tuple(torch.zeros(1, *shapes[name]) for name in ("cost", "rgb"))
    module = _CodesToCodes(net, shapes).eval()
    quiet = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in quiet]
    with warnings.catch_warnings(), redirect_stdout(StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")
        for logger in quiet:
            logger.setLevel(logging.ERROR)
        try:
            return export_qonnx(
                module,
                args=inputs,
                export_path=None,
                dynamo=True,
                optimize=True,
                opset_version=OPSET,
                verbose=False,
            )
        finally:
            for logger, level in zip(quiet, levels, strict=True):
                logger.setLevel(level)


class _CodesToCodes(nn.Module):
    """The network between integer codes, with padding and cropping as single ONNX nodes."""

    def __init__(self, net: QuantNetwork, shapes: dict[str, g.Shape]) -> None:
        super().__init__()
        self.convs, self.relus, self.nodes = net.convs, net.relus, net.nodes
        self.shapes = shapes
        formats = {name: net.graph.format_of(name) for name in ("cost", "rgb", net.graph.output)}
        self.formats, self.output = formats, net.graph.output
        self.cost_quant = qnn.QuantIdentity(act_quant=activation_quantiser(formats["cost"]))
        self.rgb_quant = qnn.QuantIdentity(act_quant=activation_quantiser(formats["rgb"]))

    def forward(self, cost: Tensor, rgb: Tensor) -> Tensor:
        values = {
            "cost": self.cost_quant(cost),
            "rgb": self.rgb_quant(rgb * self.formats["rgb"].step),
        }
        table = {**TABLE, **_AS_ONE_NODE}
        for node in self.nodes:
            inputs = (values[name] for name in node.inputs)
            values[node.name] = table[type(node)](self, node, *inputs)
        return values[self.output] * 2.0 ** self.formats[self.output].frac


def _depth_to_space(net: _CodesToCodes, op: g.DepthToSpace, x: Tensor) -> Tensor:
    return _onnx("DepthToSpace", (x,), {"blocksize": 2, "mode": "DCR"}, net.shapes[op.name])


def _reflect_pad(net: _CodesToCodes, op: g.ReflectPad, x: Tensor) -> Tensor:
    top, bottom, left, right = op.pads(*x.shape[2:])
    pads = torch.tensor([0, 0, top, left, 0, 0, bottom, right])
    return _onnx("Pad", (x, pads), {"mode": "reflect"}, net.shapes[op.name])


def _crop(net: _CodesToCodes, op: g.Crop, x: Tensor, like: Tensor) -> Tensor:
    _, rows, columns = net.shapes[op.name]
    top, left = (x.shape[2] - rows) // 2, (x.shape[3] - columns) // 2
    starts, ends = torch.tensor([top, left]), torch.tensor([top + rows, left + columns])
    return _onnx("Slice", (x, starts, ends, torch.tensor([2, 3])), {}, net.shapes[op.name])


def _onnx(
    kind: str, inputs: tuple[Tensor, ...], attributes: dict[str, int | str], shape: g.Shape
) -> Tensor:
    return torch.onnx.ops.symbolic(
        kind, inputs, attributes, dtype=torch.float32, shape=(1, *shape), version=OPSET
    )


_AS_ONE_NODE = {
    g.DepthToSpace: _depth_to_space,
    g.ReflectPad: _reflect_pad,
    g.Crop: _crop,
}
