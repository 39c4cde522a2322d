"""The page about a build: its figures, its escaping, its bytes."""

import base64
import io
import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from PIL import Image

from fdscs.accelerator.rtl.proofs.prove import FILE, Proof, write_proofs
from fdscs.accelerator.rtl.proofs.solver import PROVED, REFUTED, Verdict
from fdscs.backends.reference import ReferenceBackend
from fdscs.evaluation.evaluate import predict_pair
from fdscs.evaluation.pictures import KITTI_ERROR_COLOURS, colour_error
from fdscs.export.build import MANIFEST, QCDQ, QONNX, array_digest, file_digest, read_build
from fdscs.model.bit_operations import bit_operations
from fdscs.model.images import DEFAULT_SIZE
from fdscs.model.shipped import LITE_FLOAT
from fdscs.stereo_datasets.catalogue import open_dataset

Made = Callable[..., str]
BACKENDS = "brevitas,qonnx"


class Page(HTMLParser):
    """What is in a page: elements with their attributes, rows of tables by id, text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text: list[str] = []
        self._table, self._in_cell = "", False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "table":
            self._table = found.get("id") or f"table {len(self.tables)}"
            self.tables[self._table] = []
        if tag == "tr":
            self.tables[self._table].append([])
        if tag in ("td", "th"):
            self.tables[self._table][-1].append("")
            self._in_cell = True

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._in_cell:
            self.tables[self._table][-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def picture(self, title: str) -> np.ndarray:
        """A figure's pixels, RGB."""
        (uri,) = (a["src"] for tag, a in self.elements if tag == "img" and a["alt"] == title)
        assert uri is not None
        with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
            return np.array(image.convert("RGB"))


@pytest.fixture(scope="session")
def page(page_file: Path) -> Page:
    return Page(page_file)


def test_the_same_bytes_again(
    made: Made, build: Path, float_file: Path, views: tuple[object, ...], page_file: Path,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    copy = shutil.copytree(build, tmp_path / "other" / "place" / "build")
    monkeypatch.chdir(tmp_path)
    made("report", copy, *views, "--checkpoint", float_file, "--backend", BACKENDS,
         "-o", "r.html")  # fmt: skip
    ours, theirs = page_file.read_text(), (tmp_path / "r.html").read_text()
    assert ours.replace(f"{build.parent.name}/build", "place/build") == theirs


def test_the_page_needs_nothing_else(page_file: Path, page: Page) -> None:
    links = [
        value or ""
        for _, found in page.elements
        for name, value in found.items()
        if name in ("src", "href", "xlink:href", "srcset", "action", "data", "poster")
    ]
    assert len(links) > 10 and all(each.startswith(("data:", "#")) for each in links)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed"} and "svg" in tags
    text = page_file.read_text()
    assert set(re.findall(r"url\((.)", text)) <= {"#"} and "@import" not in text
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    policy = next(found for _, found in page.elements if found.get("http-equiv"))
    assert str(policy["content"]).startswith("default-src 'none'")


def test_no_place_of_this_machine_is_told(page_file: Path, stage: Path) -> None:
    assert str(stage) not in page_file.read_text()


def test_errors_are_those_of_evaluate(
    made: Made, page: Page, build: Path, float_file: Path, dataset: Path, tmp_path: Path
) -> None:
    rows = {row[0]: row[1:] for row in page.tables["errors"] if len(row) == 6}
    for name, network in (("quantised", (build,)), ("float", ("--checkpoint", float_file))):
        made("evaluate", *network, "--dataset", "folder", "--root", dataset, "--list", "000000",
             "--json", tmp_path / "e.json")  # fmt: skip
        found = json.loads((tmp_path / "e.json").read_text())
        expected = [f"{found['epe']:.3f}"]
        expected += [f"{found[key]:.2f}" for key in ("d1", "bad1", "bad2", "bad3")]
        assert rows[name] == expected


def test_every_layer_has_its_figures(page: Page, build: Path, dataset: Path) -> None:
    frozen, pair = read_build(build), open_dataset("folder", dataset)[0]
    codes = ReferenceBackend(frozen.graph, frozen.params).run_images(pair.left, pair.right)
    head, *rows, total = page.tables["layer-table"][1:]
    assert head[-3:] == ["reference", "brevitas", "qonnx"]
    assert len(rows) == len(frozen.manifest["layers"])
    for row, layer in zip(rows, frozen.manifest["layers"], strict=True):
        name = layer["name"]
        acc, fmt = codes[name].astype(np.int64), frozen.graph.format_of(f"{name}_relu")
        shift = frozen.params[f"{name}.shift"].astype(np.int64)[:, None, None]
        unclipped = (acc + ((1 << shift) >> 1)) >> shift
        low, high = layer["acc_range"]
        assert row[0] == name and row[2:5] == [layer["input"], f"s{layer['weight_bits']}", str(fmt)]
        assert row[5] == str(layer["acc_bits"])
        assert row[6].replace("−", "-").replace(",", "") == f"{low} … {high}"
        assert row[7].replace("−", "-").replace(",", "") == f"{acc.min()} … {acc.max()}"
        assert int(row[10].replace(",", "")) == (unclipped > fmt.max).sum()
        assert row[-3:] == ["0", "0", "0"]
    assert total[4] == f"{bit_operations(frozen.graph, *DEFAULT_SIZE):.1f} %"


def test_pictures(page: Page, build: Path, dataset: Path) -> None:
    frozen, pair = read_build(build), open_dataset("folder", dataset)[0]
    made = predict_pair(ReferenceBackend(frozen.graph, frozen.params), pair)
    assert pair.disparity is not None and pair.valid is not None
    expected = colour_error(made, pair.disparity, pair.valid)
    shown = page.picture("quantised: error of 000000")
    assert np.array_equal(shown[pair.valid], expected[pair.valid])
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 2
    near, far = made > np.percentile(made, 99.5), made < np.percentile(made, 0.5)
    disparity = page.picture("quantised disparity of 000000").astype(int)
    assert (disparity[near][:, 0] > disparity[near][:, 2]).all()  # near is red, far is not
    assert not (disparity[far][:, 0] > 200).any()
    difference = np.abs(page.picture("left view of 000000").astype(int) - pair.left)
    assert difference.mean() < 8  # JPEG


def test_the_legend_has_all_bins_of_kitti(page: Page) -> None:
    styles = [found.get("style") or "" for tag, found in page.elements if tag == "i"]
    for red, green, blue in KITTI_ERROR_COLOURS:
        assert f"background: rgb({red},{green},{blue})" in styles


def test_provenance(page: Page, build: Path, float_file: Path, dataset: Path) -> None:
    pairs = dict(tuple(row) for rows in page.tables.values() for row in rows if len(row) == 2)
    frozen, pair = read_build(build), open_dataset("folder", dataset)[0]
    assert pairs["graph"] == frozen.manifest["graph_sha256"]
    assert pairs[MANIFEST] == file_digest(build / MANIFEST)
    assert pairs[QONNX] == frozen.manifest["files"][QONNX]
    assert pairs["float checkpoint float.safetensors"] == file_digest(float_file)
    assert pairs["left view"] == array_digest(pair.left)
    assert pairs["checkpoint_sha256"] == file_digest(float_file)
    assert pairs["architecture.encoder"] == "6, 4"


def test_without_ground_truth_and_float_network(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    made("report", build, "--left", left, "--right", right, "--backend", "brevitas",
         "--no-corner-cases", "-o", tmp_path / "r.html")  # fmt: skip
    page = Page(tmp_path / "r.html")
    assert not {"errors", "proof-table"} & set(page.tables)
    assert "No ground truth was given" in "".join(page.text)
    assert "unrounded: the parameters" in "".join(page.text).replace("\n", " ")
    pictures = [found["alt"] for tag, found in page.elements if tag == "img"]
    assert pictures == [
        f"{title} of 000000" for title in ("left view", "right view", "unrounded disparity",
                                           "quantised disparity", "quantised against unrounded")
    ]  # fmt: skip


def test_proofs_about_the_build(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(build, tmp_path / "proved"))
    found = [
        Proof("the larger", "larger", {"BITS": 4, "IS_SIGNED": 0}, ["pool_2", "pool_3"],
              "induction, 1 cycles", Verdict(PROVED, 1, 0.5)),
        Proof("its formula", "requantise", {}, ["enc0_relu"], "induction, 5 cycles",
              Verdict(REFUTED, 24, 0.5, "requantise fails")),
    ]  # fmt: skip
    write_proofs(found, read_build(folder), folder / FILE)
    made("report", folder, "--left", left, "--right", right, "--backend", "brevitas",
         "--no-corner-cases", "-o", tmp_path / "r.html")  # fmt: skip
    page = Page(tmp_path / "r.html")
    assert page.tables["proof-table"][1:] == [
        ["the larger", "larger", "BITS=4 IS_SIGNED=0 ", "pool_2, pool_3", "induction, 1 cycles",
         "always"],
        ["its formula", "requantise", "", "enc0_relu", "induction, 5 cycles", "refuted"],
    ]  # fmt: skip
    assert "1 of 2 properties hold for all inputs" in "".join(page.text)
    assert ("a", {"href": "#proofs"}) in page.elements


def accuracy(folder: Path, **changes: Any) -> None:
    figures = {"epe": 0.5, "d1": 1.25}
    found = {
        "config": folder.name, "bit_operations_percent": 50.0, "minutes": None, "dataset": "kitti",
        "pairs": ["1", "2"], "float": figures, "reference": {"epe": 0.75, "d1": 2.5}, **changes,
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "accuracy.json").write_text(json.dumps(found))


@pytest.fixture
def report_beside(
    build: Path, left: Path, right: Path, tmp_path: Path
) -> Callable[..., tuple[object, ...]]:
    """The arguments of a report with other builds, quickly made."""

    def arguments(*others: Path) -> tuple[object, ...]:
        beside = [part for other in others for part in ("--beside", other)]
        return ("report", build, "--left", left, "--right", right, "--backend", "brevitas",
                "--no-corner-cases", *beside, "-o", tmp_path / "out" / "r.html")  # fmt: skip

    return arguments


def test_other_builds(made: Made, report_beside: Made, tmp_path: Path) -> None:
    accuracy(tmp_path / "w8", bit_operations_percent=109.0)
    accuracy(tmp_path / "w4")
    made(*report_beside(tmp_path / "w8", tmp_path / "w4"))
    page = Page(tmp_path / "out" / "r.html")
    assert page.tables["accuracy-table"][1:] == [
        ["float", "", "0.500", "1.25"],
        ["w8", "109.0 %", "0.750", "2.50"],
        ["w4", "50.0 %", "0.750", "2.50"],
    ]
    text = "".join(page.text)
    assert "2 pairs of kitti" in text and text.count("w4") >= 2  # in the plot, too


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"float": {"epe": 0, "d1": 0}}, "is not what `fdscs quantise` writes"),
        ({"bit_operations_percent": 1e300}, "is not what `fdscs quantise` writes"),
        ({"pairs": ["3"]}, "were measured on different pairs"),
    ],
)
def test_other_builds_that_do_not_fit(
    refused: Made, report_beside: Made, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    accuracy(tmp_path / "a")
    accuracy(tmp_path / "b", **changes)
    arguments = report_beside(tmp_path / "a", tmp_path / "b")
    assert message in refused(*arguments, output=tmp_path / "out" / "r.html")


HOSTILE = "<img src=x onerror=alert(1)>&\"'$\\frac$"


def test_text_from_files_is_escaped(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    folder = tmp_path / HOSTILE
    shutil.copytree(build, folder)
    for view, path in (("l", left), ("r", right)):
        shutil.copy(path, tmp_path / f"{view}{HOSTILE}.png")
    manifest = json.loads((folder / MANIFEST).read_text())
    nested: Any = HOSTILE
    for _ in range(500):
        nested = {HOSTILE: nested}
    manifest |= {"provenance": {HOSTILE: HOSTILE, "deep": nested, "lone": "\ud800"},
                 "versions": [HOSTILE]}  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(manifest))
    accuracy(tmp_path / "other", config=HOSTILE, dataset=HOSTILE)
    made("report", folder, "--left", tmp_path / f"l{HOSTILE}.png", "--right",
         tmp_path / f"r{HOSTILE}.png", "--backend", "brevitas", "--no-corner-cases",
         "--beside", tmp_path / "other", "-o", tmp_path / "r.html")  # fmt: skip
    page = Page(tmp_path / "r.html")
    assert "".join(page.text).count(HOSTILE) > 5
    assert not any("onerror" in found for _, found in page.elements)
    images = [found for tag, found in page.elements if tag == "img"]
    assert len(images) == 5 and all(str(each["src"]).startswith("data:") for each in images)


@pytest.fixture
def faulty(build: Path, tmp_path: Path) -> Path:
    """A build whose QONNX has another weight."""
    folder = Path(shutil.copytree(build, tmp_path / "copy"))
    model = onnx.load(str(folder / QCDQ))
    constant = next(
        each for each in model.graph.initializer
        if each.name.startswith("u2_2.") and len(each.dims) == 4
    )  # fmt: skip
    array = numpy_helper.to_array(constant).copy()
    array.flat[0] += 1
    constant.CopyFrom(numpy_helper.from_array(array, constant.name))
    onnx.save(model, str(folder / QCDQ))
    return folder


def test_a_build_that_is_not_exact(
    fdscs: Callable[..., Any], faulty: Path, views: tuple[object, ...], tmp_path: Path
) -> None:
    outcome = fdscs("report", faulty, *views, "--backend", "brevitas,onnxruntime",
                    "-o", tmp_path / "r.html")  # fmt: skip
    assert outcome.status == 1 and "NOT EQUAL" in outcome.out and "Traceback" not in outcome.err
    page = Page(tmp_path / "r.html")
    text = "".join(page.text)
    assert "Not everything is equal" in text and "parameters differ: u2_2" in text
    rows = {row[0]: row[-3:] for row in page.tables["layer-table"][2:-1]}
    assert rows["u2_2"][:2] == ["0", "0"] and int(rows["u2_2"][2].replace(",", "")) > 0
    assert rows["enc0"] == ["0", "0", "0"]


def test_refusals(
    refused: Made, build: Path, left: Path, right: Path, dataset: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "r.html"
    both = ("--left", left, "--right", right)
    empty, small = tmp_path / "empty.png", tmp_path / "small.png"
    Image.fromarray(np.zeros((80, 160), np.uint16)).save(empty)
    Image.fromarray(np.full((10, 10), 256, np.uint16)).save(small)
    cases: list[tuple[tuple[object, ...], str]] = [
        (("--left", left), "give both --left and --right"),
        (("--gt", empty), "give both --left and --right"),
        ((*both, "--gt", empty), f"{empty}: no pixel has ground truth; leave --gt out."),
        ((*both, "--gt", small), "000000: left is 80x160 but disparity is 10x10"),
        ((*both, "--gt", left), f"{left}: is of mode"),
        ((*both, "--backend", "gpu"), "--backend gpu: choose from"),
        ((*both, "--beside", tmp_path), f"{tmp_path}: has no accuracy.json"),
        ((*both, "--checkpoint", build / "quant.safetensors"), "a quantised checkpoint, where a"),
    ]
    for options, message in cases:
        assert message in refused("report", build, *options, "-o", output, output=output)


def test_the_float_network_of_another_build(
    refused: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "r.html"
    said = refused("report", build, "--left", left, "--right", right, "--checkpoint", LITE_FLOAT,
                   "-o", output, output=output)  # fmt: skip
    assert said.startswith(f"{LITE_FLOAT}: is another network than the build's; give the float")
