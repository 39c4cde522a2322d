"""The reference's operations on the public ONNX node test cases, and on ONNX's own Resize."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from fdscs.hls_reference.ops.upsample import upsample
from tests.hls_reference.onnx_cases import LEFT_OUT, OPERATORS, TAKEN

FOLDER = Path(onnx.__file__).parent / "backend" / "test" / "data" / "node"


def installed_cases() -> set[str]:
    """Cases of one node, of the operators that the datapath has something of."""
    found = set()
    for path in FOLDER.glob("*/model.onnx"):
        nodes = onnx.load(path).graph.node
        if len(nodes) == 1 and nodes[0].op_type in OPERATORS:
            found.add(path.parent.name)
    return found


def tensors(name: str, kind: str) -> list[np.ndarray]:
    """Inputs or outputs of a case; inputs that are left out are not among them."""
    paths = (FOLDER / name / "test_data_set_0").glob(f"{kind}_*.pb")
    ordered = sorted(paths, key=lambda path: int(path.stem.rpartition("_")[2]))
    return [numpy_helper.to_array(onnx.load_tensor(path)) for path in ordered]


def test_every_case_is_taken_or_left_out_for_a_reason() -> None:
    left_out = [name for cases in LEFT_OUT.values() for name in cases]
    assert len(left_out) == len(set(left_out)) and not set(left_out) & set(TAKEN)
    assert {*left_out, *TAKEN} == installed_cases()


@pytest.mark.parametrize("name", TAKEN)
def test_case(name: str) -> None:
    (expected,) = tensors(name, "output")
    assert expected.size
    found = TAKEN[name](*tensors(name, "input"))
    assert np.array_equal(found, expected)


def resize(mode: str) -> ReferenceEvaluator:
    """Twice the size, asymmetric; nearest half way is the sample before."""
    options = {"nearest_mode": "floor"} if mode == "nearest" else {}
    node = helper.make_node(
        "Resize", ["x", "", "scales"], ["y"], mode=mode,
        coordinate_transformation_mode="asymmetric", **options,
    )  # fmt: skip
    real = onnx.TensorProto.DOUBLE
    inputs = [
        helper.make_tensor_value_info("x", real, [1, 1, None, None]),
        helper.make_tensor_value_info("scales", onnx.TensorProto.FLOAT, [4]),
    ]
    output = helper.make_tensor_value_info("y", real, None)
    graph = helper.make_graph([node], "resize", inputs, [output])
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)]))


NEAREST, LINEAR = resize("nearest"), resize("linear")
TWICE = np.array([1, 1, 2, 2], np.float32)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    codes=arrays(
        np.int32, st.tuples(st.integers(1, 5), st.integers(1, 5)),
        elements=st.one_of(st.integers(0, 24), st.integers(0, 16383)),
    ),
    frac=st.integers(0, 6),
)  # fmt: skip
def test_upsampling_is_onnx_linear_within_a_pixel_of_onnx_nearest(
    codes: np.ndarray, frac: int
) -> None:
    feeds = {"x": codes[None, None].astype(np.float64), "scales": TWICE}
    nearest, linear = (each.run(None, feeds)[0][0] for each in (NEAREST, LINEAR))
    expected = np.where(np.abs(nearest - linear) < 1 << frac, linear, nearest)
    found = upsample(codes[None], frac, 2 * codes.shape[0], 2 * codes.shape[1])
    assert np.array_equal(found, 4 * expected)
