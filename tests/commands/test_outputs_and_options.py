"""Data sets and options that cannot be used, and outputs that cannot be written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fdscs.stereo_datasets.images import read_pfm, write_kitti_disparity, write_pfm
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from tests.commands.conftest import Run

Refused = Callable[..., str]
Made = Callable[..., str]
Arguments = tuple[object, ...]


@pytest.fixture
def writers(
    build: Path, float_file: Path, quantised_file: Path, dataset: Path, config_file: Path,
    left: Path, right: Path, official: dict[str, np.ndarray], tmp_path: Path,
) -> Callable[[str, Path], Arguments]:  # fmt: skip
    """The arguments with which a command writes a given output."""
    np.savez(tmp_path / "w.npz", **official)  # type: ignore[arg-type]
    data = ("--dataset", "folder", "--root", dataset)
    views = ("--left", left, "--right", right)
    done = tmp_path / "done.png"
    commands: dict[str, Callable[[Path], Arguments]] = {
        "import-official": lambda o: ("import-official", tmp_path / "w.npz", "-o", o),
        "calibrate": lambda o: ("calibrate", "--checkpoint", float_file, *data, "-o", o),
        "qat": lambda o: (
            "qat", "--checkpoint", float_file, *data, "--config", config_file, "--steps", 1,
            "-o", o,
        ),
        "export": lambda o: ("export", "--checkpoint", quantised_file, "--size", "32x32", "-o", o),
        "check": lambda o: (
            "check", build, *views, "--no-corner-cases", "--backend", "qonnx", "--json", o,
        ),
        "report": lambda o: (
            "report", build, *views, "--no-corner-cases", "--backend", "qonnx", "-o", o,
        ),
        "vectors": lambda o: ("vectors", build, *views, "-o", o),
        "hls": lambda o: ("hls", build, *views, "--fps", 10, "--size", "64x96", "-o", o),
        "board": lambda o: ("board", build, *views, "--fps", 10, "--size", "64x96", "-o", o),
        "rtl": lambda o: ("rtl", build, *views, "--fps", 10, "--size", "64x96", "-o", o),
        "predict": lambda o: ("predict", build, *views, "-o", f"{o}.png"),
        "predict --npy": lambda o: ("predict", build, *views, "-o", done, "--npy", f"{o}.npy"),
        "predict --colour": lambda o: (
            "predict", build, *views, "-o", done, "--colour", f"{o}.jpg",
        ),
        "evaluate": lambda o: ("evaluate", build, *data, "--json", o),
    }  # fmt: skip
    return lambda command, output: commands[command](output)


WRITERS = (
    "import-official", "calibrate", "qat", "export", "check", "report", "vectors", "hls", "rtl",
    "board", "predict",
    "predict --npy", "predict --colour", "evaluate",
)  # fmt: skip


@pytest.mark.parametrize("command", WRITERS)
def test_a_file_where_a_folder_is_needed(
    refused: Refused, writers: Callable[[str, Path], Arguments], tmp_path: Path, command: str
) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_text("in the way")
    said = refused(*writers(command, blocker / "result"))
    assert said.startswith(str(blocker))
    assert blocker.read_text() == "in the way"
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("command", WRITERS)
def test_a_full_disk(
    refused: Refused,
    writers: Callable[[str, Path], Arguments],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    command: str,
) -> None:
    given = writers(command, tmp_path / "out" / "result")
    if command in ("predict --npy", "predict --colour"):
        given = tuple(tmp_path / "out" / "d.png" if each == tmp_path / "done.png" else each
                      for each in given)  # fmt: skip
    request.getfixturevalue("full_disk")
    said = refused(*given)
    assert said.startswith(str(tmp_path / "out"))
    assert "cannot be written (No space left on device); nothing was left behind" in said
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("command", ["calibrate", "predict", "evaluate"])
def test_a_failure_leaves_the_earlier_output(
    refused: Refused,
    writers: Callable[[str, Path], Arguments],
    tmp_path: Path,
    full_disk: None,
    command: str,
) -> None:
    output = tmp_path / "result"
    output.write_text("earlier")
    refused(*writers(command, output))
    assert output.read_text() == "earlier" and list(tmp_path.glob(".*")) == []


def test_a_build_that_cannot_be_finished_is_no_build(
    refused: Refused,
    build: Path,
    writers: Callable[[str, Path], Arguments],
    tmp_path: Path,
    full_disk: None,
) -> None:
    """An export over an older build must not leave a mixture that reads as one."""
    output = shutil.copytree(build, tmp_path / "result")
    refused(*writers("export", output))
    assert not (output / "manifest.json").exists()
    assert list(output.glob(".*")) == []


def test_export_into_a_file_is_refused_before_any_work(
    refused: Refused, quantised_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    said = refused("export", "--checkpoint", quantised_file, "-o", tmp_path / "file")
    assert said == f"{tmp_path / 'file'}: is not a folder; choose another for the build."


@pytest.mark.parametrize("size", ["48", "48x", "ax96", "48x96x3", "8x96", "48x99999", "-48x96"])
def test_sizes(refused: Refused, quantised_file: Path, tmp_path: Path, size: str) -> None:
    output = tmp_path / "out"
    said = refused("export", "--checkpoint", quantised_file, "-o", output, f"--size={size}",
                   output=output)  # fmt: skip
    assert said.startswith(f"--size {size}: give rows x columns, such as 375x1242")


def empty_folder(root: Path) -> None:
    shutil.rmtree(root)
    (root / "left").mkdir(parents=True)


DATASETS: dict[str, tuple[Callable[[Path], object], Arguments, str]] = {
    "empty": (empty_folder, (), "{root}: holds no pairs of folder; expected left/<id>.png"),
    "missing": (shutil.rmtree, (), "{root}: is not a folder; give the folder"),
    "no right view": (
        lambda root: (root / "right" / "000001.png").unlink(),
        (),
        "{root}/left/000001.png: has no right view; expected",
    ),
    "unknown id": (
        lambda root: None,
        ("--list", "000001,7"),
        "folder: has no pair called 7; it has 3, from 000000 to 000002",
    ),
    "no ids": (lambda root: None, ("--list", ""), "folder: no pairs to "),
}


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
@pytest.mark.parametrize("case", DATASETS)
def test_datasets(
    refused: Refused, build: Path, float_file: Path, dataset: Path, tmp_path: Path, case: str,
    command: str,
) -> None:  # fmt: skip
    change, options, message = DATASETS[case]
    root, output = tmp_path / "pairs", tmp_path / "out" / "result"
    shutil.copytree(dataset, root)
    change(root)
    head: Arguments = ("evaluate", build, "--json", output)
    if command == "calibrate":
        head = ("calibrate", "--checkpoint", float_file, "-o", output)
    said = refused(*head, "--dataset", "folder", "--root", root, *options, output=output)
    assert said.startswith(message.format(root=root))


def test_evaluate_without_ground_truth(
    fdscs: Run, refused: Refused, build: Path, dataset: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(dataset, tmp_path / "pairs")
    (root / "disparity" / "000001.pfm").unlink()
    output = tmp_path / "out" / "e.json"
    given = ("evaluate", build, "--dataset", "folder", "--root", root, "--json", output)
    why = "000001: has no ground truth to evaluate against; leave it out."
    assert refused(*given, "--list", "000001", output=output) == why
    outcome = fdscs(*given)
    assert outcome.status == 0 and "1 pairs skipped" in outcome.err and why in outcome.err
    assert json.loads(output.read_text())["skipped"] == [{"name": "000001", "why": why}]


def test_truth_that_cannot_be_the_pairs(
    fdscs: Run, refused: Refused, build: Path, dataset: Path, config_file: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(dataset, tmp_path / "pairs")
    for path in (root / "disparity").iterdir():
        write_pfm(path, read_pfm(path) / np.float32(2.56))
    output = tmp_path / "e.json"
    data = ("--dataset", "folder", "--root", root)
    outcome = fdscs("evaluate", build, *data, "--json", output)
    assert outcome.status == 0
    assert "3 pairs ALL WITH GROUND TRUTH THAT CANNOT BE THEIRS" in outcome.err
    assert len(json.loads(output.read_text())["misfits"]) == 3
    assert fdscs("evaluate", build, *data, "--scale", 1 / 2.56).err == ""
    train = ("train", "--config", config_file, *data, "--steps", 2, "-o")
    said = refused(*train, tmp_path / "run", output=tmp_path / "run")
    assert "the ground truth cannot be this pair's: the right view warped by it" in said
    assert fdscs(*train, tmp_path / "trusted", "--trust-truth").status == 0


def test_evaluate_tells_regions_and_protocol(made: Made, build: Path, tmp_path: Path) -> None:
    training = tmp_path / "training"
    pair = SyntheticPairs(1, (80, 160), max_disparity=14)[0]
    seen = np.where(pair.visible, pair.disparity, 0)
    objects = np.zeros((80, 160), np.uint8)
    objects[40:] = 1
    for folder in ("image_2", "image_3", "disp_occ_0", "disp_noc_0", "obj_map"):
        (training / folder).mkdir(parents=True)
    Image.fromarray(pair.left).save(training / "image_2" / "000000_10.png")
    Image.fromarray(pair.right).save(training / "image_3" / "000000_10.png")
    Image.fromarray(objects).save(training / "obj_map" / "000000_10.png")
    write_kitti_disparity(training / "disp_occ_0" / "000000_10.png", pair.disparity)
    write_kitti_disparity(training / "disp_noc_0" / "000000_10.png", seen)
    figures = {}
    for truth in ("occ", "noc"):
        output = tmp_path / f"{truth}.json"
        printed = made("evaluate", build, "--dataset", "kitti2015", "--root", tmp_path,
                       "--truth", truth, "--json", output)  # fmt: skip
        assert f"protocol: ground truth {truth} of 1 pairs" in printed
        figures[truth] = json.loads(output.read_text())
        assert f"ground truth {truth} of 1 pairs" in figures[truth]["protocol"]
    occ, noc = figures["occ"], figures["noc"]
    assert set(occ["regions"]) == {"noc", "bg", "fg"} and set(noc["regions"]) == {"bg", "fg"}
    assert occ["regions"]["noc"]["epe"] == noc["epe"] != occ["epe"]


def test_pairs_beyond_the_largest_disparity_are_skipped(
    fdscs: Run, build: Path, dataset: Path, tmp_path: Path
) -> None:
    root, output = shutil.copytree(dataset, tmp_path / "pairs"), tmp_path / "e.json"
    truth = np.full((80, 160), 100, np.float32)
    write_pfm(root / "disparity" / "000002.pfm", truth)
    outcome = fdscs("evaluate", build, "--dataset", "folder", "--root", root, "--largest", 94,
                    "--json", output)  # fmt: skip
    assert outcome.status == 0 and "12800 true disparities are above 94 px" in outcome.err
    found = json.loads(output.read_text())
    assert found["images"] == 2 and [each["name"] for each in found["skipped"]] == ["000002"]


def test_a_list_that_is_no_text(
    refused: Refused, build: Path, dataset: Path, tmp_path: Path
) -> None:
    ids = tmp_path / "ids"
    ids.write_bytes(b"\xff\xfe\xff")
    said = refused("evaluate", build, "--dataset", "folder", "--root", dataset, "--list", ids,
                   "--json", tmp_path / "e.json")  # fmt: skip
    assert said == f"{ids}: not a readable list of ids; write one a line."


@pytest.mark.parametrize("root", [True, False])
def test_a_root_where_none_is_wanted_and_none_where_one_is(
    refused: Refused, build: Path, dataset: Path, tmp_path: Path, root: bool
) -> None:
    given = ("synthetic", "--root", dataset) if root else ("folder",)
    said = refused("evaluate", build, "--json", tmp_path / "e.json", "--dataset", *given)
    expected = "reads no files, but" if root else "needs the folder or file that holds it"
    assert said.startswith(f"{given[0]}: {expected}")


@pytest.mark.parametrize("both", [True, False])
def test_one_network_must_be_given(
    refused: Refused, build: Path, float_file: Path, left: Path, tmp_path: Path, both: bool
) -> None:
    networks = (build, "--checkpoint", float_file) if both else ()
    said = refused("predict", *networks, "--left", left, "--right", left, "-o", tmp_path / "d.png")
    assert said == "give either --checkpoint FILE or a BUILD folder."


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("nothing",), "No such command 'nothing'"),
        (("predict",), "Missing option '-o'"),
        (("export", "--nothing"), "No such option"),
        (("evaluate", "--dataset", "nothing", "--json", "e"), "'nothing' is not one of"),
        (("evaluate", "--dataset", "folder", "--json", "e", "--limit", "0"), "--limit"),
        (("evaluate", "--dataset", "folder", "--json", "e", "--backend", "gpu"), "'gpu' is not"),
        (("qat", "--dataset", "folder", "-o", "run", "--steps", "0"), "--steps"),
    ],
)
def test_usage(fdscs: Callable[..., Any], args: tuple[str, ...], message: str) -> None:
    status, out, err = fdscs(*args)
    assert status == 2 and out == ""
    assert message in " ".join(err.split()) and "Traceback" not in err
