"""Is this ONNX model what the description says? Every node, format, rounding and constant."""

from dataclasses import dataclass

import numpy as np
import onnx

from fdscs.export.onnx_model import attributes, initialisers, layer_of


@dataclass(frozen=True)
class Difference:
    """Where a model departs from the one expected."""

    layer: str
    what: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.what}"


def compare_models(found: onnx.ModelProto, expected: onnx.ModelProto) -> list[Difference]:
    """All differences between two models with the same names: an artefact and its description."""
    differences = []
    if found.ir_version != expected.ir_version or _opsets(found) != _opsets(expected):
        differences.append(Difference("model", f"IR or operator sets differ: {_opsets(found)}"))
    if len(found.functions) or len(found.graph.sparse_initializer):
        differences.append(Difference("model", "functions or sparse constants are not expected"))
    for kind in ("input", "output"):
        ports, wanted = (
            [each.SerializeToString(deterministic=True) for each in getattr(model.graph, kind)]
            for model in (found, expected)
        )
        if ports != wanted:
            differences.append(Difference("model", f"the {kind}s differ in name, type or shape"))
    return differences + _compare_nodes(found, expected) + _compare_constants(found, expected)


def match_brevitas(found: onnx.ModelProto, expected: onnx.ModelProto) -> list[Difference]:
    """Differences between a traced model, whose names are its own, and the description's model.

    Nodes are compared in order; each tensor of `found` is known by the name that the node in its
    place has in `expected`.
    """
    names = {
        port.name: wanted.name
        for port, wanted in zip(found.graph.input, expected.graph.input, strict=False)
    }
    constants, wanted = initialisers(found), initialisers(expected)
    for node, target in zip(found.graph.node, expected.graph.node, strict=False):
        layer = layer_of(target.output[0])
        problem = _describe_node(node, target)
        if problem:
            return [Difference(layer, problem)]
        for source, name in zip(node.input, target.input, strict=True):
            if name in wanted:
                if source not in constants or not _same(constants[source], wanted[name]):
                    return [Difference(layer, f"{name} differs from the frozen parameters")]
            elif names.get(source) != name:
                return [Difference(layer, f"reads {names.get(source, source)} instead of {name}")]
        names[node.output[0]] = target.output[0]
    if len(found.graph.node) != len(expected.graph.node):
        return [
            Difference(
                "model", f"{len(found.graph.node)} nodes, expected {len(expected.graph.node)}"
            )
        ]
    return []


def _describe_node(node: onnx.NodeProto, target: onnx.NodeProto) -> str:
    if (node.op_type, node.domain) != (target.op_type, target.domain):
        return f"is {node.domain}{node.op_type}, expected {target.domain}{target.op_type}"
    has, wants = attributes(node), attributes(target)
    for name in sorted(has.keys() | wants.keys()):
        if has.get(name) != wants.get(name):
            return f"{name} is {has.get(name)!r}, expected {wants.get(name)!r}"
    if len(node.input) != len(target.input) or len(node.output) != len(target.output):
        return f"{node.op_type} has {len(node.input)} inputs, expected {len(target.input)}"
    return ""


def _compare_nodes(found: onnx.ModelProto, expected: onnx.ModelProto) -> list[Difference]:
    there = {node.output[0]: node for node in found.graph.node if node.output}
    wanted = {node.output[0]: node for node in expected.graph.node}
    differences = []
    for name, target in wanted.items():
        node = there.get(name)
        problem = "is missing" if node is None else _describe_node(node, target)
        if node is not None and not problem and list(node.input) != list(target.input):
            problem = f"reads {', '.join(node.input)}, expected {', '.join(target.input)}"
        if problem:
            differences.append(Difference(layer_of(name), f"node {name} {problem}"))
    extra = sorted(set(there) - set(wanted))
    if extra or len(found.graph.node) != len(there):
        differences.append(Difference("model", f"nodes not expected: {extra[:3]}"))
    return differences


def _compare_constants(found: onnx.ModelProto, expected: onnx.ModelProto) -> list[Difference]:
    there, wanted = initialisers(found), initialisers(expected)
    differences = []
    for name, target in wanted.items():
        if name not in there:
            differences.append(Difference(layer_of(name), f"{name} is missing"))
        elif not _same(there[name], target) or there[name].tobytes() != target.tobytes():
            differences.append(Difference(layer_of(name), _describe_constant(name, there, wanted)))
    extra = sorted(set(there) - set(wanted))
    if extra:
        differences.append(Difference("model", f"constants not expected: {extra[:3]}"))
    return differences


def _describe_constant(
    name: str, there: dict[str, np.ndarray], wanted: dict[str, np.ndarray]
) -> str:
    value, target = there[name], wanted[name]
    if value.shape != target.shape or value.dtype != target.dtype:
        needed = f"{target.dtype}{target.shape}"
        return f"{name} is {value.dtype}{value.shape}, the parameters need {needed}"
    differ = value != target
    if np.issubdtype(value.dtype, np.floating):
        differ |= np.signbit(value) != np.signbit(target)  # −0 equals 0
    where = np.argwhere(np.atleast_1d(differ))
    index = tuple(int(i) for i in where[0])
    first, second = np.atleast_1d(value)[index], np.atleast_1d(target)[index]
    return (
        f"{name} differs from the parameters in {len(where)} of {value.size} values, "
        f"first at {index}: {first.item()!r}, expected {second.item()!r}"
    )


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return first.dtype == second.dtype and np.array_equal(first, second)


def _opsets(model: onnx.ModelProto) -> dict[str, int]:
    return {each.domain: each.version for each in model.opset_import}
