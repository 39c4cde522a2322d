"""fdscs demo: the whole way, on data that needs no download."""

import json
from pathlib import Path
from typing import Annotated

import typer

from backends.reference import ReferenceBackend
from commands.build import image_case, print_report
from commands.train import synthetic_data
from evaluation.evaluate import predict_pair
from evaluation.metrics import measure
from evaluation.pictures import colour_disparity, save_picture
from export.build import CHECKPOINT, read_build
from export.export import export_build
from model.config import LITE, with_steps
from quantization.checkpoint import load_quantised
from stereo_datasets.catalogue import open_dataset
from stereo_datasets.images import write_kitti_disparity
from storage.atomic import write_text
from training.qat import QUANT_FILE, train_qat
from verification.check import check as check_build


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for everything.")],
    steps: Annotated[int | None, typer.Option(min=1, help="Quantised steps.")] = None,
) -> None:
    """Train `lite` on made-up pairs, export it, prove it bit-exact, run the Motorcycle pair.

    A demo that was interrupted goes on where it stopped.
    """
    config = with_steps(LITE, steps)
    resume = (output / "training.safetensors").is_file()
    train_qat(config, synthetic_data(config), output, None, resume)
    pair = open_dataset("motorcycle", None)[0]
    net, config, header = load_quantised(output / QUANT_FILE)
    folder = output / "build"
    size = pair.left.shape[:2]
    export_build(net, config, output / QUANT_FILE, folder, size, header.get("provenance"))
    build = read_build(folder)
    net = load_quantised(folder / CHECKPOINT)[0]
    report = check_build(build, net, [image_case(pair)])
    write_text(output / "check.json", json.dumps(report.to_json(), indent=1) + "\n")
    print_report(report)
    disparity = predict_pair(ReferenceBackend(build.graph, build.params), pair)
    write_kitti_disparity(output / "motorcycle.png", disparity)
    save_picture(output / "motorcycle-colour.png", colour_disparity(disparity))
    assert pair.disparity is not None and pair.valid is not None
    metrics = measure(disparity, pair.disparity, pair.valid, pair.name)
    training = config.training
    print(
        f"Motorcycle, a real pair, by the integer reference: EPE {metrics.epe:.2f} px, "
        f"D1 {metrics.d1:.1f} %, after {training.float_steps} float and {training.steps} quantised "
        "steps on made-up pairs."
    )
    print(
        f"Outputs: {output}/quant.safetensors (checkpoint), {folder} (integers, QONNX, ONNX), "
        f"{output}/check.json (proof), {output}/motorcycle-colour.png (picture)."
    )
    if not report.passed:
        raise typer.Exit(1)
