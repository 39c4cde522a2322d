"""What `fdscs inspect` says of every artefact, of damaged ones and of anything else."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from fdscs.export.build import (
    CHECKPOINT,
    MANIFEST,
    PARAMS,
    PIXELS,
    QCDQ,
    QONNX,
    Build,
    file_digest,
    read_build,
)
from fdscs.model.config_file import config_from, config_to
from fdscs.model.fdscs import build_graph
from fdscs.model.float_checkpoint import load_float, save_unfolded
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.training.state import save_state

Made = Callable[..., str]
LAYERS = [
    "enc0", "enc1", "cenc", "u1u1_2", "u2_2", "u1u1_1", "u2_1", "u1u3_2", "u4_2", "u1u5_2", "out",
]  # fmt: skip


@pytest.fixture(scope="module")
def artefacts(
    made: Made, float_file: Path, quantised_file: Path, build: Path, left: Path, right: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:  # fmt: skip
    """One of each kind."""
    root = tmp_path_factory.mktemp("artefacts")
    config = load_float(float_file)[1]
    made("pack", "--checkpoint", float_file, "-o", root / "packed.safetensors")
    net = FloatNetwork(config.architecture, train_batch_norm=True)
    save_unfolded(root / "unfolded.safetensors", net, config, {"seed": 7})
    optimiser = torch.optim.Adam(net.parameters())
    header = {"config": config_to(config), "phase": "float", "step": 17, "reports": []}
    save_state(root / "training.safetensors", net, optimiser, header)
    views = ("--left", left, "--right", right)
    made("vectors", build, *views, "--crop", "20x40", "-o", root / "vectors")
    made("hls", build, *views, "--fps", 10, "--size", "64x96", "-o", root / "hls")
    made("rtl", build, *views, "--fps", 10, "--size", "64x96", "-o", root / "rtl")
    return {
        "float": float_file,
        "packed": root / "packed.safetensors",
        "unfolded": root / "unfolded.safetensors",
        "training": root / "training.safetensors",
        "quantised": quantised_file,
        "params": build / PARAMS,
        "build": build,
        "qonnx": build / QONNX,
        "qcdq": build / QCDQ,
        "pixels": build / PIXELS,
        "vectors": root / "vectors",
        "hls": root / "hls",
        "rtl": root / "rtl",
    }


KINDS = {
    "float": "float checkpoint",
    "packed": "float checkpoint, packed to half precision",
    "unfolded": "float checkpoint with batch norms, to train on",
    "training": "state of an unfinished run",
    "quantised": "quantised checkpoint",
    "params": "integer parameters of a build",
    "build": "build",
    "qonnx": "QONNX model, for FINN",
    "qcdq": "standard ONNX model in integers",
    "pixels": "standard ONNX model in integers, from pictures to disparity",
    "vectors": "golden vectors",
    "hls": "HLS project",
    "rtl": "RTL project",
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds(made: Made, artefacts: dict[str, Path], name: str) -> None:
    path = artefacts[name]
    found = json.loads(made("inspect", path, "--json"))
    assert found["path"] == str(path) and found["kind"] == KINDS[name]
    printed = made("inspect", path)
    assert printed.startswith(f"{path}: {KINDS[name]}")
    for key in found["facts"]:
        assert f"  {key}" in printed
    if name == "training":
        assert found["layers"] == [] and found["facts"]["step"] == 17
        return
    assert len({tuple(row) for row in found["layers"]}) == 1, "rows have the same keys"
    if name not in ("vectors", "hls", "rtl"):
        names = [row["layer"] for row in found["layers"]]
        assert sorted(names) == sorted(LAYERS)
        begun = {line.lstrip("│ ").partition(" ")[0] for line in printed.splitlines()}
        assert begun >= set(names)
        rows = {row["layer"]: row for row in found["layers"]}
        assert rows["cenc"]["kernel"] == "3x3" and rows["cenc"]["channels"] == "7 → 4"
    if path.is_file():
        size = path.stat().st_size
        assert found["facts"]["bytes"] == size and f"{size:,}" in printed


def inspected(made: Made, path: Path) -> dict[str, Any]:
    return dict(json.loads(made("inspect", path, "--json")))


def test_formats_are_the_same_in_every_artefact(made: Made, artefacts: dict[str, Path]) -> None:
    """Checkpoint, build, QONNX and vectors are of one network, and each is asked by itself."""
    graph = read_build(artefacts["build"]).graph
    rows = {
        name: {row["layer"]: row for row in inspected(made, artefacts[name])["layers"]}
        for name in ("quantised", "build", "qonnx", "qcdq", "pixels", "params")
    }
    vectors = {row["tensor"]: row for row in inspected(made, artefacts["vectors"])["layers"]}
    for conv in graph.of_type(Conv2d):
        output = str(graph.format_of(f"{conv.name}_relu"))
        assert rows["quantised"][conv.name]["output"] == output
        assert rows["build"][conv.name]["output"] == output
        assert rows["qonnx"][conv.name]["output"] == output
        assert vectors[f"{conv.name}_relu"]["format"] == output
        assert rows["qcdq"][conv.name]["output"] == output
        assert rows["pixels"][conv.name]["output"] == output
        assert rows["qonnx"][conv.name]["weight bits"] == str(conv.weight_bits)
        for name in ("quantised", "build"):
            assert rows[name][conv.name]["weights"] == f"s{conv.weight_bits}"
            assert rows[name][conv.name]["accumulator"] == f"s{conv.acc_bits}"
        assert vectors[conv.name]["format"] == f"s{conv.acc_bits}"
        assert rows["build"][conv.name]["shift"] == rows["params"][conv.name]["shift"]
        channels = f"{conv.in_channels} → {conv.channels}"
        assert {each[conv.name]["channels"] for each in rows.values()} == {channels}


def test_formats_of_other_widths(made: Made, tiny_build: Build) -> None:
    """4 and 10 bits, which standard ONNX stores in 8 and 16."""
    graph = tiny_build.graph
    outputs = {
        conv.name: str(graph.format_of(f"{conv.name}_relu")) for conv in graph.of_type(Conv2d)
    }
    assert {text.partition(".")[0] for text in outputs.values()} == {"u4", "u8", "u10", "u14"}
    for name in (QONNX, QCDQ, PIXELS):
        found = inspected(made, tiny_build.folder / name)["layers"]
        assert {row["layer"]: row["output"] for row in found} == outputs


def test_how_it_was_made(made: Made, artefacts: dict[str, Path]) -> None:
    checkpoint = load_checkpoint(artefacts["quantised"], "quantised")
    for name in ("quantised", "build"):
        found = inspected(made, artefacts[name])["made"]
        assert found["provenance"] == checkpoint.header["provenance"]
        assert found["versions"] == checkpoint.header["versions"]
        assert config_from(found["config"], "") == config_from(checkpoint.header["config"], "")
        assert "provenance.checkpoint_sha256" in made("inspect", artefacts[name])
    packed = inspected(made, artefacts["packed"])["made"]["provenance"]
    assert packed["float_sha256"] == file_digest(artefacts["float"])
    assert inspected(made, artefacts["unfolded"])["made"]["provenance"] == {"seed": 7}


def test_a_float_checkpoint_in_figures(made: Made, artefacts: dict[str, Path]) -> None:
    tensors = load_checkpoint(artefacts["float"], "float").tensors
    found = inspected(made, artefacts["float"])
    assert found["facts"]["values"] == sum(each.size for each in tensors.values())
    graph = build_graph(load_float(artefacts["float"])[1].architecture)
    macs = found["facts"]["multiply-accumulates, 1242x375"]
    assert macs == sum(graph.macs(375, 1242).values())
    for row in found["layers"]:
        weight = tensors[f"{row['layer']}.weight"]
        assert row["weights"] == weight.size
        assert row["largest"] == pytest.approx(np.abs(weight).max(), abs=1e-4)
    normed = {row["batch norm"] for row in inspected(made, artefacts["unfolded"])["layers"][:-1]}
    assert normed == {"yes"} and {row["batch norm"] for row in found["layers"]} == {"folded"}


def test_an_hls_project_in_figures(made: Made, artefacts: dict[str, Path]) -> None:
    design = json.loads((artefacts["hls"] / "design.json").read_text())
    found = inspected(made, artefacts["hls"])
    assert found["facts"]["board"] == "ZCU104"
    assert found["facts"]["frames a second"] == design["frames_per_second"]
    assert found["facts"]["params.npz SHA-256"] == file_digest(artefacts["params"])
    assert [row["process"] for row in found["layers"]] == [p["name"] for p in design["processes"]]


def test_the_files_of_a_build(made: Made, build: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(build, tmp_path / "copy")
    (folder / QCDQ).unlink()
    with (folder / CHECKPOINT).open("ab") as file:
        file.write(b"\0")
    facts = inspected(made, folder)["facts"]
    assert facts[QCDQ] == "missing"
    assert facts[CHECKPOINT].endswith(", NOT the file that was exported")
    assert facts[QONNX] == f"{(build / QONNX).stat().st_size:,} bytes"


@pytest.mark.parametrize("name", ["build", "vectors", "hls"])
def test_the_index_of_a_folder_stands_for_it(
    made: Made, artefacts: dict[str, Path], name: str
) -> None:
    index = {"build": MANIFEST, "vectors": "index.json", "hls": "design.json"}[name]
    whole, alone = (inspected(made, path) for path in (artefacts[name], artefacts[name] / index))
    assert {**whole, "path": ""} == {**alone, "path": ""}


def anything_else(root: Path) -> list[Path]:
    found = {"text.md": b"# text", "empty": b"", "empty.onnx": b"", "data.json": b"{}",
             "x.safetensors": b"\x80\x02pickle", "picture.png": b"\x89PNG\r\n"}  # fmt: skip
    for name, content in found.items():
        (root / name).write_bytes(content)
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    np.savez(root / "other.npz", a=np.zeros(3))
    return [root / name for name in (*found, "folder", "pipe", "absent", "other.npz")]


def test_anything_else_is_told_what_is_accepted(refused: Made, tmp_path: Path) -> None:
    for path in anything_else(tmp_path):
        said = refused("inspect", path)
        assert said.startswith(f"{path}: ") and said.endswith(
            "give a checkpoint (float, unfolded, packed, quantised, or of a run), params.npz, a "
            "build's folder, its QONNX or standard ONNX file, a folder of golden vectors, an HLS "
            "or RTL project."
        )


def test_an_onnx_model_of_another_origin(refused: Made, tmp_path: Path) -> None:
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", [value], [out]))
    onnx.save(model, str(tmp_path / "m.onnx"))
    assert "not an ONNX model that fdscs exports" in refused("inspect", tmp_path / "m.onnx")


def test_large_files_are_not_read(refused: Made, tmp_path: Path) -> None:
    heads = {"a.npz": b"PK\x03\x04", "b.safetensors": b"\x02" + bytes(7) + b"{", "c.onnx": b"\x08"}
    for name, head in heads.items():
        with (tmp_path / name).open("wb") as file:
            file.write(head)
            file.truncate(1 << 40)  # a hole: no disk is used
        assert "has 1048576 MiB" in refused("inspect", tmp_path / name)
    for name in (MANIFEST, "index.json", "design.json"):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        with (folder / name).open("wb") as file:
            file.truncate(1 << 40)
        assert "has 1048576 MiB" in refused("inspect", folder)


@pytest.mark.parametrize("name", ["float", "quantised", "params", "qonnx", "qcdq"])
def test_damaged_files(
    fdscs: Callable[..., Any], artefacts: dict[str, Path], tmp_path: Path, name: str
) -> None:
    """A description, or one sentence; never anything else."""
    content, rng = artefacts[name].read_bytes(), np.random.default_rng(1)
    path, outcomes = tmp_path / artefacts[name].name, set()
    for trial in range(30):
        damaged = bytearray(content)
        if trial < 10:
            del damaged[int(rng.integers(len(damaged))) :]
        for at in rng.integers(0, min(len(damaged), 4096), 1 + trial % 5) if damaged else ():
            damaged[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        outcome = fdscs("inspect", path)
        assert "Traceback" not in outcome.err and outcome.status in (0, 1), outcome
        if outcome.status == 1:
            assert outcome.err.startswith("fdscs: ") and outcome.err.count("\n") == 1, outcome
        outcomes.add(outcome.status)
    assert 1 in outcomes


@pytest.mark.parametrize("name", ["build", "vectors", "hls"])
def test_damaged_folders(
    fdscs: Callable[..., Any], artefacts: dict[str, Path], tmp_path: Path, name: str
) -> None:
    index = {"build": MANIFEST, "vectors": "index.json", "hls": "design.json"}[name]
    (tmp_path / "x").mkdir()
    if name == "build":
        shutil.copy(artefacts["params"], tmp_path / "x" / PARAMS)
    content, rng = (artefacts[name] / index).read_bytes(), np.random.default_rng(2)
    for trial in range(40):
        damaged = bytearray(content)
        if trial < 10:
            del damaged[int(rng.integers(len(damaged))) :]
        for at in rng.integers(0, len(damaged), 1 + trial % 3):
            damaged[at] = int(rng.integers(32, 127))
        (tmp_path / "x" / index).write_bytes(damaged)
        outcome = fdscs("inspect", tmp_path / "x")
        assert "Traceback" not in outcome.err and outcome.status in (0, 1), outcome
        if outcome.status == 1:
            assert outcome.err.startswith("fdscs: ") and outcome.err.count("\n") == 1, outcome


@pytest.mark.parametrize("text", ["[" * 100_000, "{}", "[1]", "\udcff"])
@pytest.mark.parametrize("index", [MANIFEST, "index.json", "design.json"])
def test_indices_that_are_none(refused: Made, tmp_path: Path, index: str, text: str) -> None:
    (tmp_path / index).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert refused("inspect", tmp_path).startswith(f"{tmp_path / index}: ")


def test_a_terminal_obeys_nothing(made: Made, build: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(build, tmp_path / "copy")
    manifest = json.loads((folder / MANIFEST).read_text())
    hostile = {"\x1b[31mred": "a\x1b]0;title\x07b[bold]c[/nothing]", "lone": "\ud800"}
    manifest["provenance"] = hostile
    (folder / MANIFEST).write_text(json.dumps(manifest))
    printed = made("inspect", folder)
    assert "\x1b" not in printed and "\x07" not in printed
    assert "b[bold]c[/nothing]" in printed
    assert inspected(made, folder)["made"]["provenance"] == hostile
