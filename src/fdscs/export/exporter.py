"""From a quantised checkpoint to a build: integers, manifest, QONNX and standard ONNX."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import onnx
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.infer_shapes import InferShapes

from fdscs.export.brevitas import export_brevitas
from fdscs.export.build import CHECKPOINT, FLOAT, MANIFEST, PIXELS, QCDQ, QONNX, write_build
from fdscs.export.float_pixels import emit_float
from fdscs.export.match import match_brevitas
from fdscs.export.metadata import (
    float_metadata,
    network_metadata,
    qonnx_metadata,
    standard_metadata,
)
from fdscs.export.onnx_model import QONNX_DOMAIN, initialisers
from fdscs.export.pictures import Layout
from fdscs.export.pixels import emit_pixels
from fdscs.export.qcdq import emit_qcdq
from fdscs.export.qonnx import emit_qonnx
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model.bit_operations import bit_operations
from fdscs.model.config import Config
from fdscs.model.float_checkpoint import float_tensors
from fdscs.model.graph import Graph, Requantise
from fdscs.model.images import DEFAULT_SIZE
from fdscs.model.network import FloatNetwork
from fdscs.quantization.bounds import Bound
from fdscs.quantization.freeze import Frozen, freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.storage.atomic import replacing
from fdscs.storage.checkpoint import versions
from fdscs.storage.errors import BadInput


def export_build(
    net: QuantNetwork,
    config: Config,
    checkpoint: Path,
    folder: Path,
    size: tuple[int, int] = DEFAULT_SIZE,
    provenance: dict[str, Any] | None = None,
    layout: Layout = "nhwc",
) -> Frozen:
    """Freeze `net` and write a build into `folder`.

    The models of the network are for images of `size`, that of the whole datapath for pictures of
    any size in `layout`.

    Raises BadInput if Brevitas' export differs from the description in a node, a format, the
    rounding or a parameter, naming the layer.
    """
    net.snap()
    frozen = freeze(net)
    graph, params = frozen.graph, frozen.params
    about = network_metadata(graph)
    qonnx = emit_qonnx(graph, params, *size, about | qonnx_metadata())
    differences = match_brevitas(export_brevitas(net, *size), qonnx)
    if differences:
        raise BadInput(
            f"the QONNX that Brevitas exports is not the network described: {differences[0]}; "
            "calibrate again, nothing was written."
        )
    check_with_qonnx(qonnx)
    about |= standard_metadata(frozen.bounds)
    models = {
        QONNX: qonnx,
        QCDQ: emit_qcdq(graph, params, *size, about),
        PIXELS: emit_pixels(graph, params, layout, about),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)  # until all is written, this is no build
    for name, model in models.items():
        with replacing(folder / name) as temporary:
            temporary.write_bytes(model.SerializeToString(deterministic=True))
    if checkpoint.resolve() != (folder / CHECKPOINT).resolve():
        with replacing(folder / CHECKPOINT) as temporary:
            shutil.copyfile(checkpoint, temporary)
    extra = {
        "config": asdict(config),
        "bit_operations_percent": round(bit_operations(graph, *size), 2),
        "image_size": list(size),
        "picture_layout": layout,
        "layers": layer_report(graph, params, frozen.bounds),
        "provenance": provenance or {},
        "versions": versions(),
    }
    write_build(folder, graph, params, extra)
    return frozen


def export_float(net: FloatNetwork, folder: Path, layout: Layout = "nhwc") -> Path:
    """Write the float network, from pictures to disparity, into `folder`; returns the file."""
    model = emit_float(net.architecture, float_tensors(net), layout, float_metadata())
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / FLOAT) as temporary:
        temporary.write_bytes(model.SerializeToString(deterministic=True))
    return folder / FLOAT


def check_with_qonnx(model: onnx.ModelProto) -> None:
    """Raise BadInput unless qonnx knows every operator and infers the shape of every tensor."""
    wrapper = ModelWrapper(model, make_deepcopy=True).transform(InferShapes())
    custom = [node for node in wrapper.graph.node if node.domain == QONNX_DOMAIN]
    for node in custom:
        getCustomOp(node).verify_node()
    if not wrapper.check_all_tensor_shapes_specified(fix_missing_init_shape=True):
        raise BadInput("qonnx cannot infer the shapes of the exported model; calibrate again.")


def layer_report(
    graph: Graph, params: dict[str, IntArray], bounds: dict[str, Bound]
) -> list[dict[str, Any]]:
    """Formats and proven accumulator widths, layer by layer."""
    report = []
    for relu in graph.of_type(Requantise):
        conv = graph.conv_of(relu.name)
        bound, shift = bounds[conv.name], params[relu.shift]
        report.append(
            {
                "name": conv.name,
                "input": str(graph.format_of(conv.inputs[0])),
                "weight_bits": conv.weight_bits,
                "acc_bits": bound.bits,
                "acc_range": [bound.low, bound.high],
                "acc_magnitude": bound.magnitude,
                "exact_float": bound.exact_float,
                "shift": [int(shift.min()), int(shift.max())],
                "output": str(relu.format),
            }
        )
    return report


def load_onnx(path: Path) -> onnx.ModelProto:
    """Read an ONNX file without following external data; raises BadInput."""
    try:
        model = onnx.load(str(path), load_external_data=False)
        onnx.checker.check_model(model)
        if not any(each.data_location for each in model.graph.initializer):
            initialisers(model)  # as many values as each shape says
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such file; make it with `fdscs export`.") from error
    except Exception as error:  # protobuf and the checker raise types of their own
        raise BadInput(f"{path}: not a readable ONNX model; export again.") from error
    if any(each.data_location for each in model.graph.initializer):
        raise BadInput(f"{path}: keeps weights outside the file, which is not supported.")
    return model
