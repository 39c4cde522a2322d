"""Every command does what it says on a tiny network."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.backends.reference import ReferenceBackend
from fdscs.evaluation.evaluate import predict_pair
from fdscs.export.build import (
    CHECKPOINT,
    MANIFEST,
    PARAMS,
    PIXELS,
    QCDQ,
    QONNX,
    file_digest,
    read_build,
)
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.storage.checkpoint import load_checkpoint

INTEGER_BACKENDS = ("brevitas", "reference", "qonnx", "onnxruntime")
COMMANDS = (
    "import-official", "calibrate", "sensitivity", "search", "qat", "clean", "quantise",
    "tabulate", "export", "check", "hls", "rtl", "board", "vectors", "compare", "predict",
    "evaluate", "pack", "grow", "report", "inspect", "demo",
)  # fmt: skip
Made = Callable[..., str]


def test_the_installed_program_lists_its_commands() -> None:
    program = Path(sys.executable).with_name("fdscs")
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(f" {command} " in done.stdout for command in COMMANDS)


def test_import_official(made: Made, official: dict[str, np.ndarray], tmp_path: Path) -> None:
    weights, output = tmp_path / "w.npz", tmp_path / "float.safetensors"
    np.savez(weights, **official)  # type: ignore[arg-type]
    printed = made("import-official", weights, "-o", output)
    found = load_checkpoint(output, "float")
    assert f"{sum(each.size for each in official.values()):,} parameters" in printed
    assert found.header["provenance"] == {"source": "w.npz", "sha256": file_digest(weights)}
    assert len(found.tensors) == len(official)
    for name, array in official.items():
        layer, kind = name.rsplit("_", 1)
        if kind == "b":
            assert np.array_equal(found.tensors[f"{layer}.bias"], 2 * array)
        else:
            assert np.array_equal(
                found.tensors[f"{layer}.weight"], np.moveaxis(array, (3, 2), (0, 1))
            )


def test_calibrate(quantised_file: Path, float_file: Path) -> None:
    found = load_checkpoint(quantised_file, "quantised")
    assert found.header["config"] == load_checkpoint(float_file, "float").header["config"]
    assert found.header["provenance"] == {
        "checkpoint_sha256": file_digest(float_file),
        "dataset": "folder",
        "pairs": 3,
    }


def test_calibrate_twice_gives_the_same_bytes(
    made: Made, quantised_file: Path, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    output = tmp_path / "q.safetensors"
    made("calibrate", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
         "-o", output)  # fmt: skip
    assert output.read_bytes() == quantised_file.read_bytes()


def test_calibrate_takes_widths_from_a_configuration(
    made: Made, float_file: Path, dataset: Path, config_file: Path, tmp_path: Path
) -> None:
    config, output = tmp_path / "c.toml", tmp_path / "q.safetensors"
    config.write_text(config_file.read_text().replace("weights = {}", "weights = { out = 5 }"))
    made("calibrate", "--checkpoint", float_file, "--dataset", "folder", "--root", dataset,
         "-o", output, "--config", config)  # fmt: skip
    header = load_checkpoint(output, "quantised").header
    assert header["config"]["precision"]["weights"] == {"out": 5}


def test_export(build: Path, quantised_file: Path) -> None:
    names = {PARAMS, MANIFEST, QONNX, QCDQ, PIXELS, CHECKPOINT}
    assert {path.name for path in build.iterdir()} == names
    assert (build / CHECKPOINT).read_bytes() == quantised_file.read_bytes()
    manifest = read_build(build).manifest
    assert manifest["files"] == {
        name: file_digest(build / name) for name in (QONNX, QCDQ, PIXELS, CHECKPOINT)
    }
    assert manifest["image_size"] == [80, 160]
    assert all(layer["exact_float"] for layer in manifest["layers"])


def test_check(made: Made, build: Path, left: Path, right: Path, tmp_path: Path) -> None:
    report_file = tmp_path / "check.json"
    printed = made("check", build, "--left", left, "--right", right, "--json", report_file)
    report = json.loads(report_file.read_text())
    graph = read_build(build).graph
    assert "equal: 0 mismatches" in printed
    assert report["mismatches"] == 0 and report["parameter_differences"] == []
    assert [layer["name"] for layer in report["layers"]] == [
        node.name for node in graph.nodes if node.name not in ("left", "right")
    ]
    convs = {layer["name"] for layer in read_build(build).manifest["layers"]}
    for layer in report["layers"]:
        assert layer["elements"] > 0 and layer["mismatches"] == 0
        assert {"reference", "brevitas", "hls"} <= set(layer["backends"])
        assert layer["exact_float"] is True
    everywhere = {each["name"] for each in report["layers"] if len(each["backends"]) == 5}
    assert convs <= everywhere
    assert len(report["cases"]) > 10


def test_check_of_one_backend_on_one_pair(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    report_file = tmp_path / "check.json"
    made("check", build, "--left", left, "--right", right, "--json", report_file,
         "--backend", "qonnx", "--no-corner-cases")  # fmt: skip
    report = json.loads(report_file.read_text())
    assert report["cases"] == ["000000 (80x160)"]
    seen = {name for layer in report["layers"] for name in layer["backends"]}
    assert seen == {"reference", "qonnx"}


def test_predict_is_the_same_on_every_integer_backend(
    made: Made, build: Path, quantised_file: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    outputs = []
    for source, backend in (
        *(((build,), backend) for backend in INTEGER_BACKENDS),
        *((("--checkpoint", quantised_file), backend) for backend in ("brevitas", "reference")),
    ):
        output = tmp_path / f"{len(outputs)}.png"
        made("predict", *source, "--left", left, "--right", right, "-o", output,
             "--backend", backend)  # fmt: skip
        outputs.append(output.read_bytes())
    assert len(outputs) == 6 and len(set(outputs)) == 1


def test_predict_writes_kitti_numpy_and_colour(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    png, npy, colour = (tmp_path / name for name in ("d.png", "d.npy", "c.png"))
    made("predict", build, "--left", left, "--right", right, "-o", png, "--npy", npy,
         "--colour", colour)  # fmt: skip
    disparity = np.load(npy)
    assert disparity.dtype == np.float32 and disparity.shape == (80, 160)
    assert disparity.max() - disparity.min() > 1, "too flat to show anything"
    with Image.open(png) as image:
        assert image.mode == "I;16"
        assert np.array_equal(np.array(image), np.floor(256 * disparity.astype(np.float64)))
    with Image.open(colour) as image:
        assert image.mode == "RGB" and image.size == (160, 80)
    assert sorted(tmp_path.iterdir()) == sorted([png, npy, colour])


def test_predict_by_the_float_network(
    made: Made, float_file: Path, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    arrays = []
    for name, source in (("float", ("--checkpoint", float_file)), ("integer", (build,))):
        npy = tmp_path / f"{name}.npy"
        made("predict", *source, "--left", left, "--right", right, "-o", tmp_path / "d.png",
             "--npy", npy)  # fmt: skip
        arrays.append(np.load(npy))
    error = np.abs(arrays[0] - arrays[1])
    assert 0 < error.mean() < 0.5


def test_evaluate(made: Made, build: Path, dataset: Path, tmp_path: Path) -> None:
    results = []
    for backend in INTEGER_BACKENDS:
        output = tmp_path / f"{backend}.json"
        made("evaluate", build, "--dataset", "folder", "--root", dataset, "--json", output,
             "--backend", backend)  # fmt: skip
        results.append(json.loads(output.read_text()))
        assert results[-1].pop("backend") == backend
    assert all(result == results[0] for result in results)
    result = results[0]
    assert result["images"] == 3 and result["dataset"] == "folder"
    assert [each["name"] for each in result["per_image"]] == ["000000", "000001", "000002"]
    for figure in ("epe", "d1", "bad1", "bad2", "bad3"):
        mean = np.mean([each[figure] for each in result["per_image"]])
        assert result[figure] == pytest.approx(mean) and result[figure] > 0


def test_evaluate_within_a_range(made: Made, build: Path, dataset: Path, tmp_path: Path) -> None:
    results = []
    for options in ((), ("--largest", 1000), ("--largest", 8)):
        output = tmp_path / "e.json"
        made(
            "evaluate", build, "--dataset", "folder", "--root", dataset, "--json", output, *options
        )
        results.append(json.loads(output.read_text()))
    assert [each.pop("largest_px") for each in results] == [None, 1000, 8]
    assert all(each.pop("protocol").startswith("all pixels") for each in results)
    assert results[0] == results[1] != results[2]
    backend = ReferenceBackend(read_build(build).graph, read_build(build).params)
    pair = open_dataset("folder", dataset)[1]
    counted = pair.valid & (pair.disparity <= 8)
    error = np.abs(predict_pair(backend, pair) - pair.disparity)[counted].mean()
    assert 0 < counted.sum() < pair.valid.sum()
    assert results[2]["per_image"][1]["epe"] == pytest.approx(error)


def ids_evaluated(made: Made, tmp_path: Path, *args: object) -> list[str]:
    made("evaluate", *args, "--json", tmp_path / "e.json")
    return [each["name"] for each in json.loads((tmp_path / "e.json").read_text())["per_image"]]


def test_evaluate_chosen_pairs(made: Made, build: Path, dataset: Path, tmp_path: Path) -> None:
    common = (build, "--dataset", "folder", "--root", dataset)
    (tmp_path / "ids.txt").write_text("000002\n000001\n")
    expected = ["000002", "000001"]
    assert ids_evaluated(made, tmp_path, *common, "--list", "000002,000001") == expected
    assert ids_evaluated(made, tmp_path, *common, "--list", tmp_path / "ids.txt") == expected
    assert ids_evaluated(made, tmp_path, *common, "--limit", "1") == ["000000"]
    many = ["000001"] * 40  # longer than any file name
    assert ids_evaluated(made, tmp_path, *common, "--list", ",".join(many)) == many


def test_hls_writes_a_project_whose_test_bench_passes(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    printed = made("hls", build, "--board", "KV260", "--fps", 100, "--size", "80x160",
                   "--parallelism", "enc0=12x3,cenc=4x2x2", "--left", left, "--right", right,
                   "--crop", "20x40", "-o", project)  # fmt: skip
    assert "synthesis was not run" in printed and "fits KV260" in printed
    design = json.loads((project / "design.json").read_text())
    assert design["frames_per_second"] >= 100 and design["folding"]["enc0"] == [12, 3]
    assert design["folding"]["cenc"] == [4, 2, 2] and "4 x 2 x 2" in printed
    component = (project / "hls_config.cfg").read_text()
    assert (
        f"part={design['board']['part']}\n" in component
        and f"clock={1000 / design['clock_mhz']:.3f}ns\n" in component
    )
    done = subprocess.run(["make", "-C", project, "check"], capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0 and "0 of 2400 beats differ" in done.stdout
    expected = (project / "vectors" / "disparity.dat").read_text().splitlines()
    code, *rest = expected[123].split()
    expected[123] = " ".join([f"{int(code, 16) ^ 1:04x}", *rest])
    (project / "vectors" / "disparity.dat").write_text("\n".join(expected) + "\n")
    done = subprocess.run([project / "testbench", project / "vectors"], capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 1 and "3 of 2400 beats differ" in done.stdout
    assert "first difference in frame 0 at row 3, column 3" in done.stdout


@pytest.mark.parametrize("command", ["hls", "rtl", "board"])
def test_a_project_twice_has_the_same_bytes(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path, command: str
) -> None:
    for name in ("a", "b", "b"):  # the last time over itself
        made(command, build, "--fps", 30, "--size", "80x160", "--left", left, "--right", right,
             "-o", tmp_path / name)  # fmt: skip
    files = [path for path in sorted((tmp_path / "a").rglob("*")) if path.is_file()]
    assert len(files) > 30
    for path in files:
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_rtl_writes_a_project_with_the_ports_asked_for(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    printed = made("rtl", build, "--board", "KV260", "--fps", 100, "--size", "80x160",
                   "--clock", 150, "--tlast", "frame", "--colours", "gbr", "--pixel-bits", 32,
                   "--left", left, "--right", right, "--crop", "20x40", "-o", project)  # fmt: skip
    assert "Vivado was not run" in printed and "fits KV260" in printed
    design = json.loads((project / "design.json").read_text())
    assert design["language"] == "SystemVerilog" and design["frames_per_second"] >= 100
    page = (project / "README.md").read_text()
    assert "32 bits a pixel: green, blue, red from the low byte up" in page
    assert "as a DMA's packet has it" in page
    top = (project / "rtl" / "fdscs_accelerator.v").read_text()
    assert ".TDATA_BITS(32), .GREEN_FIRST(1), .FRAME_LAST(1)" in top
    assert "-period 6.667" in (project / "constraints.xdc").read_text()
    beats = (project / "vectors" / "disparity.dat").read_text().splitlines()
    assert len(beats) == 20 * 40
    named = re.findall(r'"([\w.]+\.hex)"', (project / "rtl" / "accelerator.sv").read_text())
    assert set(named) == {path.name for path in (project / "tables").iterdir()}


@pytest.mark.slow
def test_board_runs_the_driver_on_a_simulated_board(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    kit = tmp_path / "kit"
    printed = made("board", build, "--fps", 1000, "--size", "32x64", "--left", left,
                   "--right", right, "--crop", "20x40", "-o", kit, "--simulate")  # fmt: skip
    assert f"driver on a simulated board: bit-exact: 2 frames, {2 * 32 * 64:,} pixels" in printed
    assert f"next `make -C {kit} bitstream`" in printed
    assert (kit / "board" / "python" / "fdscs" / "board" / "driver.py").is_file()


def test_check_without_a_compiler_says_what_is_left_out(
    made: Made, build: Path, left: Path, right: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fdscs.backends.registry.shutil.which", lambda name: None)
    printed = made("check", build, "--left", left, "--right", right, "--no-corner-cases")
    assert "hls is left out: g++ is not installed (Debian's package is g++)." in printed
    assert "onnxruntime" in printed and "equal: 0 mismatches" in printed
