"""FINN's layers: every node of the channels-last integer graph becomes one that FINN can build."""

from collections.abc import Callable

import numpy as np
from finn.transformation.fpgadataflow.convert_to_hw.concat import InferConcatLayer
from finn.transformation.fpgadataflow.convert_to_hw.conv_inp_gen import InferConvInpGen
from finn.transformation.fpgadataflow.convert_to_hw.duplicate_streams import (
    InferDuplicateStreamsLayer,
)
from finn.transformation.fpgadataflow.convert_to_hw.pool import InferPool
from finn.transformation.fpgadataflow.convert_to_hw.quantized_matrix_vector_activation import (
    InferQuantizedMatrixVectorActivation,
)
from finn.transformation.fpgadataflow.convert_to_hw.requant import InferRequantLayer
from finn.transformation.fpgadataflow.convert_to_hw.shuffle import InferShuffle
from finn.transformation.fpgadataflow.convert_to_hw.thresholding import InferThresholdingLayer
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.general import GiveUniqueNodeNames

from fdscs.accelerator.finn.compiler import reflect_pad
from fdscs.storage.errors import BadInput

LAYERS = "finn.custom_op.fpgadataflow"
MOST_THRESHOLDS_BITS = 8  # 2^bits − 1 comparisons each; FINN's own limit


def to_layers(model: ModelWrapper, thresholds_up_to: int = 0) -> ModelWrapper:
    """FINN's layers for every node of `model`.

    Codes of up to `thresholds_up_to` bits are made by thresholds, wider ones by FINN's Requant,
    whose multiplication by a power of two is wiring. Raises BadInput for a node that is left over.
    """
    if not 0 <= thresholds_up_to <= MOST_THRESHOLDS_BITS:
        raise BadInput(
            f"thresholds up to {thresholds_up_to} bits: 0 to {MOST_THRESHOLDS_BITS} are possible; "
            "choose one of these."
        )
    reflect_pad.register()
    _most_read_first(model)
    model = _convert(model, "Pad", _reflect_pad)
    model = _convert(model, "Slice", _crop)
    for transformation in (
        InferRequantLayer(bitwidth_threshold=thresholds_up_to + 1),
        InferThresholdingLayer(),
        InferQuantizedMatrixVectorActivation(),
        InferPool(),
        InferConvInpGen(),
        InferConcatLayer(),
        InferShuffle(_filter=lambda model, node: True),
        InferDuplicateStreamsLayer(),
        GiveUniqueNodeNames(),
    ):
        model = model.transform(transformation)
    left = [node for node in model.graph.node if not node.domain.startswith(LAYERS)]
    if left:
        raise BadInput(
            f"{left[0].op_type} {left[0].name}: FINN has no layer for it; "
            "make the model with `fdscs export`."
        )
    return model


def _most_read_first(model: ModelWrapper) -> None:
    """FINN copies the first input for several readers, and no other."""
    inputs = sorted(model.graph.input, key=lambda each: -len(model.find_consumers(each.name)))
    del model.graph.input[:]
    model.graph.input.extend(inputs)


def _convert(
    model: ModelWrapper, kind: str, make: Callable[[ModelWrapper, NodeProto], NodeProto]
) -> ModelWrapper:
    for place, node in enumerate(list(model.graph.node)):
        if node.op_type == kind:
            model.graph.node.remove(node)
            model.graph.node.insert(place, make(model, node))
    return model


def _layer(model: ModelWrapper, kind: str, node: NodeProto, **attributes: object) -> NodeProto:
    _, rows, columns, channels = model.get_tensor_shape(node.input[0])
    return helper.make_node(
        kind, [node.input[0]], list(node.output), name=node.name, domain=LAYERS,
        backend="fpgadataflow", ImgDim=[rows, columns], NumChannels=channels, **attributes,
    )  # fmt: skip


def _reflect_pad(model: ModelWrapper, node: NodeProto) -> NodeProto:
    _, top, left, _, _, bottom, right, _ = model.get_initializer(node.input[1]).tolist()
    kind = model.get_tensor_datatype(node.input[0]).name
    return _layer(model, "ReflectPad", node, Padding=[top, left, bottom, right], inputDataType=kind)


def _crop(model: ModelWrapper, node: NodeProto) -> NodeProto:
    _, rows, columns, _ = model.get_tensor_shape(node.input[0])
    starts, ends = (model.get_initializer(name) for name in node.input[1:3])
    south, east = np.array([rows, columns]) - ends
    return _layer(
        model, "Crop", node, DataType=model.get_tensor_datatype(node.input[0]).name,
        CropNorth=int(starts[0]), CropWest=int(starts[1]), CropSouth=int(south),
        CropEast=int(east), numInputVectors=[1],
    )  # fmt: skip
