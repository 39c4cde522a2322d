"""Parallelism of every layer of a partition, from a number of cycles a frame."""

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from fdscs.accelerator.finn.compiler.nodes import kind_of
from fdscs.accelerator.finn.products import Product, fold_product, least_parallel, window_lanes

# Layers that cost little are faster than they need to be: what they lose while they wait, when the
# pixels come in bursts, they make up for. The products cost nearly everything and do not rest.
REST = 0.6
HURRY = (
    (0.5, 1.0),
    (0.125, 0.8),
    (0.0, 0.5),
)  # share of the pixels above which, share of the cycles


def apply_folding(model: ModelWrapper, budget: int) -> ModelWrapper:
    """Set PE and SIMD so that every layer takes at most `budget` cycles a frame, if it can."""
    for node in model.graph.node:
        kind = kind_of(node)
        TABLE[kind](
            model, node, getCustomOp(node), budget if kind == "MVAU" else int(REST * budget)
        )
    return model


def product_of(op: Any) -> Product:
    """The product that an MVAU computes; its kernel is not known here, so it is 1."""
    kinds = [op.get_input_datatype(place).bitwidth() for place in (1, 0)]
    vectors = int(np.prod(op.get_nodeattr("numInputVectors")))
    return Product(op.get_nodeattr("MW"), op.get_nodeattr("MH"), vectors, 1, *kinds)


def _product(model: ModelWrapper, node: NodeProto, op: Any, budget: int) -> None:
    plain, before = product_of(op), model.find_producer(node.input[0])
    windowed = before is not None and kind_of(before) == "ConvolutionInputGenerator"
    window = getCustomOp(before) if windowed else None
    kernel = window.get_nodeattr("ConvKernelDim")[0] if window else 1
    product = Product(
        plain.inputs, plain.outputs, plain.vectors, kernel, plain.weight_bits, plain.code_bits
    )
    if window:  # filling the window's buffer comes on top, frame by frame
        rows = op.get_nodeattr("numInputVectors")[1]
        budget = budget * rows // (rows + kernel)
    budget = int(budget * _hurry(plain.vectors, model))
    simd, pe = fold_product(product, budget)
    op.set_nodeattr("SIMD", simd)
    op.set_nodeattr("PE", pe)
    if window:
        window.set_nodeattr("SIMD", window_lanes(product, simd, budget))


def _hurry(vectors: int, model: ModelWrapper) -> float:
    """Share of the cycles for a layer of so many pixels: less for the U-Net's lower levels.

    They multiply little, and the longer they take, the longer a skip connection's FIFO must be.
    """
    first = getCustomOp(model.find_consumer("cost"))
    share = vectors / int(np.prod(first.get_nodeattr("numInputVectors")))
    return next(hurry for least, hurry in HURRY if share > least)


def _window(model: ModelWrapper, node: NodeProto, op: Any, budget: int) -> None:
    """Before a product, the product decides; before a pool, both take the same channels at once."""


def _pool(model: ModelWrapper, node: NodeProto, op: Any, budget: int) -> None:
    before = getCustomOp(model.find_producer(node.input[0]))
    channels = op.get_nodeattr("Channels")
    pixels = int(np.prod(before.get_nodeattr("IFMDim")))
    lanes = least_parallel(channels, channels * (pixels + pixels // 2), budget)  # upper rows apart
    op.set_nodeattr("PE", lanes)
    before.set_nodeattr("SIMD", lanes)


def _by(attribute: str) -> Callable[[ModelWrapper, NodeProto, Any, int], None]:
    """Layers that move or map words: the longer of what they read and write decides."""

    def fold(model: ModelWrapper, node: NodeProto, op: Any, budget: int) -> None:
        shapes = (op.get_normal_input_shape(), op.get_normal_output_shape())
        channels = int(shapes[0][-1])
        codes = max(int(np.prod(shape)) for shape in shapes)
        if kind_of(node) == "Shuffle":
            channels //= 4
        op.set_nodeattr(attribute, least_parallel(channels, codes, budget))

    return fold


def _join(model: ModelWrapper, node: NodeProto, op: Any, budget: int) -> None:
    """As many channels as both parts have in common: a pixel of the part that waits is a few words.

    Memories of 9 bits and more are then filled well, whatever the codes' width.
    """
    op.set_nodeattr("SIMD", int(np.gcd.reduce(op.get_nodeattr("ChannelsPerStream"))))


def _fork(model: ModelWrapper, node: NodeProto, op: Any, budget: int) -> None:
    """As the join that it feeds: nothing has to convert words between them."""
    op.set_nodeattr("PE", op.get_nodeattr("NumChannels"))


TABLE: dict[str, Callable[[ModelWrapper, NodeProto, Any, int], None]] = {
    "MVAU": _product,
    "ConvolutionInputGenerator": _window,
    "Pool": _pool,
    "Requant": _by("PE"),
    "Thresholding": _by("PE"),
    "FMPadding": _by("SIMD"),
    "Crop": _by("SIMD"),
    "ReflectPad": _by("SIMD"),
    "Shuffle": _by("SIMD"),
    "StreamingConcat": _join,
    "DuplicateStreams": _fork,
}
