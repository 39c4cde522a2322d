"""What an ONNX file says of itself: formats, versions, and where it is exact."""

import json
from collections.abc import Mapping

from fdscs.model.graph import Graph, Requantise
from fdscs.quantization.bounds import FLOAT32_INTEGERS, Bound
from fdscs.storage.checkpoint import versions

QONNX_EXACT = {
    "in": "qonnx's execution, FINN",
    "not_in": "what QuantToQCDQ of qonnx 1.0 makes of it: HALF_UP becomes QuantizeLinear, which "
    "rounds ties to even; take fdscs.qcdq.onnx",
}
FLOAT32_EXACT = {
    "in": "float32, in any order of summation, with any fusion: ONNX Runtime at every optimisation "
    "level, OpenVINO, OpenCV",
    "not_in": "narrower arithmetic (OpenVINO takes bfloat16 where the processor has it: set "
    "INFERENCE_PRECISION_HINT to f32) and Winograd convolutions (OpenCV's classic engine: "
    "enableWinograd(False))",
}


def network_metadata(graph: Graph) -> dict[str, str]:
    """Formats of inputs, output and activations, graph hash, versions."""
    formats = {name: str(graph.format_of(name)) for name in ("cost", "rgb", graph.output)}
    activations = {relu.name: relu.format.frac for relu in graph.of_type(Requantise)}
    return {
        "fdscs.formats": json.dumps(formats, sort_keys=True),
        "fdscs.fraction_bits": json.dumps(activations, sort_keys=True),
        "fdscs.graph_sha256": graph.digest(),
        "fdscs.versions": json.dumps(versions(), sort_keys=True),
    }


def qonnx_metadata() -> dict[str, str]:
    """Where a QONNX file is exact."""
    return {"fdscs.exact": json.dumps(QONNX_EXACT)}


def standard_metadata(bounds: Mapping[str, Bound]) -> dict[str, str]:
    """Where a standard ONNX file is exact, and the bound that proves it."""
    largest = max(max(bound.magnitude, bound.high) for bound in bounds.values())
    proof = {"largest_partial_sum": largest, "float32_integers_to": FLOAT32_INTEGERS}
    return {"fdscs.exact": json.dumps(FLOAT32_EXACT | proof)}


def float_metadata() -> dict[str, str]:
    """Where a float model is exact: nowhere."""
    nowhere = {"in": "none", "not_in": "any: float sums are rounded, in an order of the runtime's"}
    return {
        "fdscs.exact": json.dumps(nowhere),
        "fdscs.versions": json.dumps(versions(), sort_keys=True),
    }
