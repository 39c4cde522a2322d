"""The examples of docs/api.md and the notebook run as they stand."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fdscs
from fdscs.export.build import Build
from fdscs.model.float_checkpoint import float_tensors, save_float
from fdscs.model.network import FloatNetwork
from tests.tiny import TINY

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_examples_run_in_order(
    tmp_path: Path, tiny_build: Build, tiny_float: FloatNetwork, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shutil.copytree(tiny_build.folder, tmp_path / "build")
    picture = np.random.default_rng(4).integers(0, 256, (40, 64, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "left.png")
    Image.fromarray(np.roll(picture, -3, axis=1)).save(tmp_path / "right.png")
    save_float(tmp_path / "float.safetensors", float_tensors(tiny_float), TINY, {})
    monkeypatch.setattr(fdscs, "LITE_FLOAT", tmp_path / "float.safetensors")  # lite takes longer
    monkeypatch.chdir(tmp_path)
    page = DOCS / "api.md"
    text = page.read_text()
    examples = list(EXAMPLE.finditer(text))
    assert len(examples) == text.count("```python") > 8
    names: dict[str, object] = {}
    for each in examples:
        line = text[: each.start(1)].count("\n")
        exec(compile("\n" * line + each[1], page, "exec"), names)
    printed = capsys.readouterr().out
    assert "(255 * left).round().astype(numpy.uint8)" in printed and "(40, 64)" in printed


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    """Calibrates, exports and checks `lite`: 70 s of processor time."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(DOCS / "whole-way.ipynb", as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": tmp_path}},
    )
    client.execute()  # raises at the first cell that fails
    printed = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())
    )
    assert "0 mismatches in " in printed and "of the codes are saturated" in printed
    assert "Warning" not in printed
    assert (tmp_path / "whole-way" / "build" / "manifest.json").is_file()


def test_the_notebook_is_stored_without_outputs() -> None:
    cells = json.loads((DOCS / "whole-way.ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code and all(not each["outputs"] and each["execution_count"] is None for each in code)
