"""fdscs export."""

from pathlib import Path
from typing import Annotated

import typer

from fdscs.commands.pairs import parse_size
from fdscs.model.bit_operations import bit_operations
from fdscs.model.images import DEFAULT_SIZE
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage


def export(
    checkpoint: Annotated[Path, typer.Option(help="Quantised checkpoint.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the build.")],
    size: Annotated[
        str, typer.Option(help="Image size, rows x columns, that the ONNX files are for.")
    ] = f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}",
) -> None:
    """Freeze a quantised network: params.npz, manifest.json, QONNX and standard ONNX.

    fdscs export --checkpoint quant.safetensors -o build --size 375x1242
    """
    from fdscs.export.exporter import export_build
    from fdscs.quantization.quant_checkpoint import load_quantised

    image_size = parse_size(size)
    if output.exists() and not output.is_dir():
        raise BadInput(f"{output}: is not a folder; choose another for the build.")
    net, config, header = load_quantised(checkpoint)
    provenance = header.get("provenance")
    with stage("freezing and exporting"):
        frozen = export_build(net, config, checkpoint, output, image_size, provenance)
    widest = max(frozen.bounds, key=lambda name: frozen.bounds[name].bits)
    cost = bit_operations(frozen.graph, *DEFAULT_SIZE)
    print(
        f"{output}: {len(frozen.bounds)} layers, {cost:.1f} % of the bit operations at 8 x 8 bits; "
        f"widest accumulator {widest}, {frozen.bounds[widest].bits} bits; Brevitas' export is the "
        "network described."
    )
