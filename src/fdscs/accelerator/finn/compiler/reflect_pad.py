"""ReflectPad: a FINN layer of our own, for the mirrored borders before the U-Net."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from finn.custom_op.fpgadataflow.hlsbackend import HLSBackend
from finn.custom_op.fpgadataflow.hwcustomop import HWCustomOp
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

HEADER = Path(str(files("fdscs.accelerator.finn.compiler") / "reflect_pad.hpp"))
Shape = tuple[int, ...]


class ReflectPad(HWCustomOp):
    """Rows and columns mirrored at the borders, the border itself not repeated.

    Input (1, rows, columns, channels), output larger by `Padding`: [top, left, bottom, right].
    """

    def __init__(self, onnx_node: NodeProto, **kwargs: Any) -> None:
        super().__init__(onnx_node, **kwargs)

    def get_nodeattr_types(self) -> dict[str, Any]:
        """ImgDim [rows, columns] of the input, Padding, NumChannels, SIMD lanes, inputDataType."""
        return {
            "ImgDim": ("ints", True, []),
            "Padding": ("ints", True, []),
            "NumChannels": ("i", True, 0),
            "SIMD": ("i", False, 1),
            "inputDataType": ("s", True, ""),
            **super().get_nodeattr_types(),
        }

    def get_normal_input_shape(self, ind: int = 0) -> Shape:
        """(1, rows, columns, channels)."""
        return (1, *self.get_nodeattr("ImgDim"), self.get_nodeattr("NumChannels"))

    def get_normal_output_shape(self, ind: int = 0) -> Shape:
        """Shape (1, rows, columns, channels) of what is written."""
        rows, columns = self.get_nodeattr("ImgDim")
        top, left, bottom, right = self.get_nodeattr("Padding")
        channels = self.get_nodeattr("NumChannels")
        return (1, rows + top + bottom, columns + left + right, channels)

    def get_folded_input_shape(self, ind: int = 0) -> Shape:
        """Channels as words of SIMD lanes."""
        return self._folded(self.get_normal_input_shape())

    def get_folded_output_shape(self, ind: int = 0) -> Shape:
        """Channels as words of SIMD lanes."""
        return self._folded(self.get_normal_output_shape())

    def _folded(self, shape: Shape) -> Shape:
        simd = self.get_nodeattr("SIMD")
        return (*shape[:-1], shape[-1] // simd, simd)

    def get_input_datatype(self, ind: int = 0) -> DataType:
        """FINN's type of the codes that are read."""
        return DataType[self.get_nodeattr("inputDataType")]

    def get_output_datatype(self, ind: int = 0) -> DataType:
        """FINN's type of the codes that are written, which are those read."""
        return self.get_input_datatype()

    def get_instream_width(self, ind: int = 0) -> int:
        """Bits of a word."""
        return int(self.get_nodeattr("SIMD") * self.get_input_datatype().bitwidth())

    def get_outstream_width(self, ind: int = 0) -> int:
        """Bits of a word."""
        return self.get_instream_width()

    def infer_node_datatype(self, model: ModelWrapper) -> None:
        """Input's to output."""
        kind = model.get_tensor_datatype(self.onnx_node.input[0])
        self.set_nodeattr("inputDataType", kind.name)
        model.set_tensor_datatype(self.onnx_node.output[0], kind)

    def verify_node(self) -> list[str]:
        """Nothing to add to what the attributes' types demand."""
        return []

    def get_exp_cycles(self) -> int:
        """Cycles a frame: iterations of the loops of reflect_pad.hpp, a word in each."""
        (rows, columns), (top, left, bottom, right) = (
            self.get_nodeattr(name) for name in ("ImgDim", "Padding")
        )
        words = self.get_nodeattr("NumChannels") // self.get_nodeattr("SIMD")
        written = (rows + top + bottom) * (columns + left + right)
        fresh = (rows - top) * (left + 1)
        return int((top * columns + written + fresh) * words)

    def execute_node(self, context: dict[str, Any], graph: Any) -> None:
        """Compute the output in `context` with NumPy's padding of mode reflect."""
        top, left, bottom, right = self.get_nodeattr("Padding")
        pads = ((0, 0), (top, bottom), (left, right), (0, 0))
        node = self.onnx_node
        context[node.output[0]] = np.pad(context[node.input[0]], pads, mode="reflect")


class ReflectPad_hls(ReflectPad, HLSBackend):  # noqa: N801 (FINN finds it by this name)
    """ReflectPad in HLS C++: reflect_pad.hpp beside this file."""

    def get_nodeattr_types(self) -> dict[str, Any]:
        """Attributes of ReflectPad and of every HLS layer of FINN."""
        return {**ReflectPad.get_nodeattr_types(self), **HLSBackend.get_nodeattr_types(self)}

    def execute_node(self, context: dict[str, Any], graph: Any) -> None:
        """In Python, or compiled, as exec_mode says."""
        if self.get_nodeattr("exec_mode") == "":
            ReflectPad.execute_node(self, context, graph)
        else:
            HLSBackend.execute_node(self, context, graph)

    def global_includes(self) -> None:
        """The header with the loops."""
        self.code_gen_dict["$GLOBALS$"] = [f'#include "{HEADER}"']

    def defines(self, var: str) -> None:
        """Sizes."""
        rows, columns = self.get_nodeattr("ImgDim")
        top, left, bottom, right = self.get_nodeattr("Padding")
        words = self.get_nodeattr("NumChannels") // self.get_nodeattr("SIMD")
        sizes = {
            "ROWS": rows, "COLUMNS": columns, "TOP": top, "LEFT": left, "BOTTOM": bottom,
            "RIGHT": right, "WORDS": words,
        }  # fmt: skip
        lines = [f"constexpr int {name} = {value};" for name, value in sizes.items()]
        code = self.get_input_datatype().get_hls_datatype_str()
        lines.append(f"using Word = hls::vector<{code}, {self.get_nodeattr('SIMD')}>;")
        self.code_gen_dict["$DEFINES$"] = lines

    def docompute(self) -> None:
        """The call."""
        call = "reflect_pad<ROWS, COLUMNS, TOP, LEFT, BOTTOM, RIGHT, WORDS>(in0_V, out0_V);"
        self.code_gen_dict["$DOCOMPUTE$"] = [call]

    def blackboxfunction(self) -> None:
        """The top function's signature."""
        ports = "hls::stream<Word> &in0_V, hls::stream<Word> &out0_V"
        self.code_gen_dict["$BLACKBOXFUNCTION$"] = [f"void {self.onnx_node.name}({ports})"]

    def pragmas(self) -> None:
        """AXI streams, and words without gaps."""
        self.code_gen_dict["$PRAGMAS$"] = [
            "#pragma HLS INTERFACE axis port=in0_V",
            "#pragma HLS INTERFACE axis port=out0_V",
            "#pragma HLS aggregate variable=in0_V compact=bit",
            "#pragma HLS aggregate variable=out0_V compact=bit",
            "#pragma HLS INTERFACE ap_ctrl_none port=return",
        ]


def register() -> None:
    """Make FINN know the layer and its implementation."""
    import finn.custom_op.fpgadataflow as layers
    import finn.custom_op.fpgadataflow.hls as implementations

    layers.custom_op["ReflectPad"] = ReflectPad
    implementations.custom_op["ReflectPad_hls"] = ReflectPad_hls
