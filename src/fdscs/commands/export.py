"""fdscs export."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fdscs.commands.pairs import parse_size
from fdscs.export.build import PIXELS, QCDQ, QONNX
from fdscs.model.bit_operations import bit_operations
from fdscs.model.images import DEFAULT_SIZE
from fdscs.quantization.bounds import FLOAT32_INTEGERS
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage

if TYPE_CHECKING:
    from fdscs.quantization.freeze import Frozen


LayoutName = StrEnum("LayoutName", ["nhwc", "nchw"])


def export(
    checkpoint: Annotated[Path, typer.Option(help="Quantised checkpoint, or a float one.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the build.")],
    size: Annotated[
        str, typer.Option(help="Image size, rows x columns, that the network's ONNX files are for.")
    ] = f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}",
    layout: Annotated[
        LayoutName, typer.Option(help="Pictures that the model from pixels to disparity takes.")
    ] = LayoutName.nhwc,
) -> None:
    """Freeze a quantised network: params.npz, manifest.json, QONNX and standard ONNX.

    fdscs export --checkpoint quant.safetensors -o build --size 375x1242

    fdscs.pixels.onnx takes pictures of any size and gives disparity in pixels. Of a float
    checkpoint there is that alone, fdscs.float.onnx.
    """
    from fdscs.export.exporter import export_build, export_float
    from fdscs.model.float_checkpoint import load_float
    from fdscs.quantization.quant_checkpoint import load_quantised

    image_size = parse_size(size)
    if output.exists() and not output.is_dir():
        raise BadInput(f"{output}: is not a folder; choose another for the build.")
    if load_checkpoint(checkpoint, "float", "quantised").kind == "float":
        with stage("exporting"):
            path = export_float(load_float(checkpoint)[0], output, layout.value)
        print(f"{path}: the float network, from pictures of any size to disparity in pixels.")
        return
    net, config, header = load_quantised(checkpoint)
    provenance = header.get("provenance")
    with stage("freezing and exporting"):
        frozen = export_build(net, config, checkpoint, output, image_size, provenance, layout.value)
    print(_summary(output, frozen))


def _summary(output: Path, frozen: "Frozen") -> str:
    bounds = frozen.bounds
    widest = max(bounds, key=lambda name: bounds[name].bits)
    largest = max(max(bound.magnitude, bound.high) for bound in bounds.values())
    cost = bit_operations(frozen.graph, *DEFAULT_SIZE)
    return (
        f"{output}: {len(bounds)} layers, {cost:.1f} % of the bit operations at 8 x 8 bits; "
        f"widest accumulator {widest}, {bounds[widest].bits} bits; Brevitas' export is the "
        f"network described.\n"
        f"{QCDQ}, {PIXELS}: no partial sum exceeds {largest:,} of the {FLOAT32_INTEGERS:,} that "
        "float32 counts to, so they are exact in float32 whatever a runtime fuses; not in "
        "narrower types, nor with Winograd convolutions.\n"
        f"{QONNX}: exact in qonnx and FINN; not after qonnx's QuantToQCDQ, which rounds ties to "
        "even."
    )
