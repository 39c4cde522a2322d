"""FIFOs into the graph: converters of word widths first, then depths by what each path needs."""

from collections.abc import Mapping

from finn.transformation.fpgadataflow.insert_dwc import InsertDWC
from finn.transformation.fpgadataflow.insert_fifo import InsertFIFO
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.general import GiveUniqueNodeNames, SortGraph
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.transformation.infer_shapes import InferShapes

from fdscs.accelerator.finn.compiler.nodes import data_inputs, name_streams

PORTS = ("inFIFODepths", "outFIFODepths")
UNBUFFERED = 2  # words: a stream with so few gets no FIFO of its own


def insert_converters(model: ModelWrapper, part: str) -> ModelWrapper:
    """FINN's converters wherever a layer reads other words than are written."""
    return _implemented(model.transform(InsertDWC()), part)


def insert_fifos(model: ModelWrapper, depths: Mapping[str, int], part: str) -> ModelWrapper:
    """A FIFO of `depths[stream]` words on every stream named; none elsewhere."""
    for node in model.graph.node:
        op = getCustomOp(node)
        for port, names in zip(PORTS, (data_inputs(model, node), node.output), strict=True):
            op.set_nodeattr(port, [depths.get(name, UNBUFFERED) for name in names])
    return _implemented(model.transform(InsertFIFO()), part)


def _implemented(model: ModelWrapper, part: str) -> ModelWrapper:
    """RTL or HLS for layers that were added, and names."""
    for transformation in (
        SpecializeLayers(part), SortGraph(), GiveUniqueNodeNames(), InferShapes(), InferDataTypes()
    ):  # fmt: skip
        model = model.transform(transformation)
    return name_streams(model)
