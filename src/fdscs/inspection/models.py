"""ONNX files of a build."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, numpy_helper

from fdscs.export.exporter import load_onnx
from fdscs.export.onnx_model import PRODUCER, QONNX_DOMAIN
from fdscs.export.pictures import DISPARITY_PX
from fdscs.inspection.description import ACCEPTED, Description, check_size
from fdscs.model.fdscs import RELU
from fdscs.storage.errors import BadInput

PREFIX = "fdscs."  # of what a model says of itself
Tensors = dict[str, onnx.TensorProto]
Nodes = dict[str, onnx.NodeProto]


def describe_model(path: Path) -> Description:
    """A QONNX or standard ONNX file."""
    size = check_size(path)
    model = load_onnx(path)
    kinds = Counter(node.op_type for node in model.graph.node)
    kind = _kind(model)
    if kind is None:
        raise BadInput(f"{path}: not an ONNX model that fdscs exports; give {ACCEPTED}.")
    said = _metadata(model)
    facts = {
        **{f"input {each.name}": _type(each) for each in model.graph.input},
        **{f"output {each.name}": _type(each) for each in model.graph.output},
        "operators": ", ".join(f"{name} {count}" for name, count in sorted(kinds.items())),
        "operator sets": ", ".join(
            f"{each.domain or 'ai.onnx'} {each.version}" for each in model.opset_import
        ),
        "IR version": model.ir_version,
        "producer": model.producer_name or "not said",
        "constants": len(model.graph.initializer),
        "bytes": size,
        "graph SHA-256": said.pop("graph_sha256", "not said"),
    }
    return Description(kind, facts, _layers(model, said), said)


def _kind(model: onnx.ModelProto) -> str | None:
    """What the model is, by its operators, inputs and output; None for one of another origin."""
    if any(node.domain == QONNX_DOMAIN for node in model.graph.node):
        return "QONNX model, for FINN"
    if model.producer_name != PRODUCER:
        return None
    whole = any(each.name == DISPARITY_PX for each in model.graph.output)
    rounds = any(node.op_type == "Floor" for node in model.graph.node)
    if rounds:
        return f"standard ONNX model in integers{', from pictures to disparity' if whole else ''}"
    return "standard ONNX model of a float network, from pictures to disparity" if whole else None


def _layers(model: onnx.ModelProto, said: dict[str, Any]) -> list[dict[str, Any]]:
    """The network's convolutions, which read a weight of their name."""
    constants: Tensors = {each.name: each for each in model.graph.initializer}
    makers: Nodes = {name: node for node in model.graph.node for name in node.output}
    layers = []
    for node in model.graph.node:
        if node.op_type != "Conv" or len(node.input) < 2:
            continue
        maker = makers.get(node.input[1])
        if not node.input[1].startswith(f"{node.name}.weight"):
            continue  # of the front or back end
        weight = constants.get(maker.input[0] if maker and maker.input else node.input[1])
        dims = list(weight.dims) if weight is not None else []
        layers.append(
            {
                "layer": node.name or (node.output[0] if node.output else "?"),
                "kernel": "x".join(map(str, dims[2:])) or "?",
                "channels": f"{dims[1]} → {dims[0]}" if len(dims) > 1 else "?",
                "weights": math.prod(dims) if dims else "?",
                "weight bits": _bits(maker, constants, weight),
                "output": _output(f"{node.name}{RELU}", constants, said),
            }
        )
    return layers


def _bits(maker: onnx.NodeProto | None, constants: Tensors, weight: Any) -> str:
    """Bits that a Quant node gives a weight; else the type in which it is stored."""
    if maker is not None and maker.op_type == "Quant" and len(maker.input) == 4:
        return f"{_scalar(constants.get(maker.input[3])):g}"
    return _name(weight.data_type) if weight is not None else "?"


def _output(name: str, constants: Tensors, said: dict[str, Any]) -> str:
    """Format of the requantised tensor `name`: its constants; of codes, what the model says."""
    step, bits, most = (
        _scalar(constants.get(f"{name}.{what}")) for what in ("step", "bits", "max")
    )
    fractions = said.get("fraction_bits")
    if math.isnan(bits) and isinstance(fractions, dict):
        bits, frac = math.log2(max(most, 1) + 1), fractions.get(name)
        step = 2.0**-frac if type(frac) is int and abs(frac) <= 64 else math.nan
    if not 0 < step < math.inf or not 1 <= bits <= 32:
        return "?"
    return f"u{bits:g}.{-math.log2(step):g}"


def _scalar(tensor: onnx.TensorProto | None) -> float:
    """The value of a constant with a single one; NaN for anything else."""
    if tensor is None or math.prod(tensor.dims) != 1:
        return math.nan
    try:
        return float(numpy_helper.to_array(tensor).ravel()[0])
    except (TypeError, ValueError):
        return math.nan


def _type(value: onnx.ValueInfoProto) -> str:
    tensor = value.type.tensor_type
    dims = (str(each.dim_value or each.dim_param or "?") for each in tensor.shape.dim)
    return f"{_name(tensor.elem_type)} {'x'.join(dims)}"


def _name(element: int) -> str:
    """Name of an ONNX element type."""
    known = TensorProto.DataType.values()
    return TensorProto.DataType.Name(element).lower() if element in known else f"type {element}"


def _metadata(model: onnx.ModelProto) -> dict[str, Any]:
    """What the model says of itself."""
    found: dict[str, Any] = {}
    for each in model.metadata_props:
        try:
            value = json.loads(each.value)
        except (ValueError, RecursionError):
            value = each.value
        found[each.key.removeprefix(PREFIX)] = value
    return found
