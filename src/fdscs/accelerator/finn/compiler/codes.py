"""Quantisers out, integers in: every tensor holds its codes, and each requantisation is thresholds.

In our QONNX tensors are real and quantisers put them on their grids. All steps are powers of two,
so a convolution of codes is the accumulator, and what its ReLU and quantiser make of it is a count
of thresholds: code ≥ k where (acc + bias + half) >> shift ≥ k. No scale is left over.
"""

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.util.basic import get_by_name

from fdscs.storage.errors import BadInput

Array = NDArray[np.float64]
QONNX = "qonnx.custom_op.general"
MOVES = ("MaxPool", "DepthToSpace", "Pad", "Slice")


def to_codes(model: ModelWrapper) -> ModelWrapper:
    """`model`, our QONNX with shapes inferred, in integers; its inputs and output are codes.

    Raises BadInput, naming the node, for a quantiser or an operator that our QONNX does not have.
    """
    return _Rewriter(model).rewrite()


def thresholds(bias: NDArray[np.int64], shift: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """The accumulators, without bias, from which on the code is 1, 2, …: (channels, 2^bits − 1).

    Codes are max(acc + bias + half, 0) >> shift with half = 2^(shift−1), no half where shift is 0;
    at most 2^bits − 1. Both are one a channel.
    """
    half = np.where(shift > 0, 1 << np.maximum(shift - 1, 0), 0)
    counts = np.arange(1, 1 << bits, dtype=np.int64)
    return (counts << shift[:, None]) - (half + bias)[:, None]


def _of_zero(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Thresholds, 1 apart, that make the same code of an accumulator of 0, the only one there is.

    Weights of zeros can have any step, and thresholds too large for float32.
    """
    code = (table <= 0).sum(axis=1, keepdims=True)
    return 1 + np.arange(table.shape[1]) - code


class _Rewriter:
    """Walks the nodes in order; knows the step of each tensor that holds codes."""

    def __init__(self, model: ModelWrapper) -> None:
        self.model = model
        self.steps: dict[str, Array] = {}
        self.biases: dict[str, NDArray[np.int64]] = {}  # of accumulators
        self.constant: dict[str, NDArray[np.bool_]] = {}  # whether a channel's weights are all 0
        self.factors: dict[str, float] = {}  # by which inputs are multiplied
        self.renamed: dict[str, str] = {}
        self.nodes: list[NodeProto] = []
        self.inputs = {each.name for each in model.graph.input}

    def rewrite(self) -> ModelWrapper:
        model, graph = self.model, self.model.graph
        for node in graph.node:
            for place, name in enumerate(node.input):
                node.input[place] = self.renamed.get(name, name)
            self._node(node)
        last = self.renamed[graph.output[0].name]
        shape, kind = model.get_tensor_shape(last), model.get_tensor_datatype(last)
        del graph.node[:]
        graph.node.extend(self.nodes)
        graph.output[0].CopyFrom(helper.make_tensor_value_info(last, 1, shape))
        model.set_tensor_datatype(last, kind)
        self._drop_unused()
        return model

    def _node(self, node: NodeProto) -> None:
        if node.op_type == "Quant":
            self._quant(node)
        elif node.op_type == "Mul":
            self._mul(node)
        elif node.op_type == "Relu":  # thresholds do it: they begin at 1
            self.renamed[node.output[0]] = node.input[0]
        elif node.op_type == "Conv":
            self._conv(node)
        elif node.op_type == "Concat":
            first, second = (self.steps[name] for name in node.input)
            _require(np.array_equal(first, second), node, "joins tensors of different steps")
            self._keep(node, first)
            kinds = [self.model.get_tensor_datatype(name) for name in node.input]
            self.model.set_tensor_datatype(node.output[0], _holding(kinds))
        else:
            _require(node.op_type in MOVES, node, "has no form in integers")
            self._keep(node, self.steps[node.input[0]])
            self._copy_datatype(node)

    def _quant(self, node: NodeProto) -> None:
        source, step_name, zero_name, bits_name = node.input
        step = self.model.get_initializer(step_name).astype(np.float64)
        bits, op = int(self.model.get_initializer(bits_name)), getCustomOp(node)
        _require(not self.model.get_initializer(zero_name).any(), node, "has a zero point")
        signed = bool(op.get_nodeattr("signed"))
        kind = DataType[f"{'INT' if signed else 'UINT'}{bits}"]
        values = self.model.get_initializer(source)
        if values is not None:
            codes = values.astype(np.float64) / step
            whole = (codes == np.rint(codes)).all() and kind.min() <= codes.min()
            _require(whole and codes.max() <= kind.max(), node, "has constants off its grid")
            self._constant(node.output[0], codes, kind, step)
        elif source in self.inputs:
            same = (step == self.factors.get(source, 1.0)).all()
            _require(same, node, "has another step than what it reads, which has to be codes")
            self.renamed[node.output[0]] = source
            self.steps[source] = step
            self.model.set_tensor_datatype(source, kind)
        else:
            _require(not signed, node, "makes signed codes, for which nothing counts thresholds")
            _require(op.get_nodeattr("rounding_mode") == "HALF_UP", node, "does not round half up")
            self._requantise(node, step, bits)

    def _constant(self, name: str, codes: Array, kind: DataType, step: Array) -> None:
        self.model.set_initializer(name, codes.astype(np.float32))
        self.model.set_tensor_datatype(name, kind)
        self.steps[name] = step

    def _mul(self, node: NodeProto) -> None:
        """An input's step, or the division by the output's: codes need neither."""
        source, factor = node.input[0], self.model.get_initializer(node.input[1])
        _require(factor is not None and factor.size == 1, node, "is by no constant")
        if source in self.inputs:
            self.factors[source] = float(factor)
        else:
            one = (self.steps[source] * factor == 1).all()
            _require(one, node, "is not by the codes a unit of what it reads")
        self.renamed[node.output[0]] = source

    def _conv(self, node: NodeProto) -> None:
        source, weight, bias = node.input
        step = self.steps[source] * self.steps[weight]
        _require(
            np.array_equal(step.ravel(), self.steps[bias].ravel()),
            node,
            "has a bias of other steps",
        )
        self.biases[node.output[0]] = self.model.get_initializer(bias).astype(np.int64)
        weights = self.model.get_initializer(weight)
        self.constant[node.output[0]] = ~weights.any(axis=(1, 2, 3))
        del node.input[2]
        self._keep(node, step.reshape(-1))
        kinds = (self.model.get_tensor_datatype(name) for name in (source, weight))
        width = sum(kind.bitwidth() for kind in kinds)
        terms = np.prod(self.model.get_tensor_shape(weight)[1:])
        bits = int(width + np.ceil(np.log2(terms)))
        self.model.set_tensor_datatype(node.output[0], DataType[f"INT{bits}"])

    def _requantise(self, node: NodeProto, step: Array, bits: int) -> None:
        acc = node.input[0]
        _require(acc in self.biases, node, "quantises what no convolution has made")
        shift = np.log2(step / self.steps[acc])
        _require((shift == np.rint(shift)).all() and shift.min() >= 0, node, "is no shift right")
        table = thresholds(self.biases[acc], shift.astype(np.int64), bits)
        table = np.where(self.constant[acc][:, None], _of_zero(table), table)
        exact = table.astype(np.float32)
        _require((exact == table).all(), node, "has thresholds that 24 bits cannot hold exactly")
        name, kind = f"{node.output[0]}.thresholds", DataType[f"UINT{bits}"]
        self.model.set_initializer(name, exact)
        self.model.set_tensor_datatype(name, DataType["INT32"])
        made = helper.make_node(
            "MultiThreshold", [acc, name], list(node.output), name=node.name, domain=QONNX,
            out_dtype=kind.name, data_layout="NCHW",
        )  # fmt: skip
        self._keep(made, step)
        self.model.set_tensor_datatype(node.output[0], kind)

    def _keep(self, node: NodeProto, step: Array) -> None:
        self.nodes.append(node)
        self.steps[node.output[0]] = step

    def _copy_datatype(self, node: NodeProto) -> None:
        kind = self.model.get_tensor_datatype(node.input[0])
        self.model.set_tensor_datatype(node.output[0], kind)

    def _drop_unused(self) -> None:
        """Constants, shapes and annotations of tensors that are gone."""
        graph = self.model.graph
        used = {name for node in graph.node for name in (*node.input, *node.output)}
        inside = used - {graph.output[0].name}
        for entries, name_of, names in (
            (graph.initializer, lambda each: each.name, used),
            (graph.value_info, lambda each: each.name, inside),
            (graph.quantization_annotation, lambda each: each.tensor_name, used),
        ):
            kept = [each for each in entries if name_of(each) in names]
            del entries[:]
            entries.extend(kept)


def attribute(node: NodeProto, name: str) -> object:
    """Value of an attribute of a standard node."""
    return helper.get_attribute_value(get_by_name(node.attribute, name))


def _holding(kinds: list[DataType]) -> DataType:
    """The narrowest integer type that holds all of `kinds`."""
    signed = any(kind.signed() for kind in kinds)
    bits = max(kind.bitwidth() + (signed and not kind.signed()) for kind in kinds)
    return DataType[f"{'INT' if signed else 'UINT'}{bits}"]


def _require(holds: object, node: NodeProto, fault: str) -> None:
    if not holds:
        raise BadInput(
            f"{node.op_type} {node.name or node.output[0]} {fault}; make the model with "
            "`fdscs export`."
        )
