"""What an installation without extras can do, and what it imports: names of modules, not times."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.commands.main import COMMANDS
from fdscs.export.build import read_build
from fdscs.hls_reference.run import disparity_px, run_images
from fdscs.storage.extras import EXTRAS, MissingPackage, needed_by

ROOT = Path(__file__).parents[2]
# Not only missing in a core installation, but slow to import where they are there.
HEAVY = (*EXTRAS, "pandas", "tqdm")
PROGRAM = f"""
import atexit, sys
heavy = {HEAVY!r}
atexit.register(lambda: print("imported:", [each for each in heavy if each in sys.modules]))
from fdscs.commands.main import main
main()
"""
# The same, where no extra is installed: importing what one brings fails as it would there.
WITHOUT = f"sys_modules = __import__('sys').modules; sys_modules.update(dict.fromkeys({HEAVY!r}))"


def run(*words: object, before: str = "") -> subprocess.CompletedProcess[str]:
    """The program with `words`; its last line says which heavy modules it imported."""
    return subprocess.run(
        [sys.executable, "-c", f"{before}\n{PROGRAM}", *map(str, words)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def nothing_heavy(done: subprocess.CompletedProcess[str]) -> bool:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1] == "imported: []"


@pytest.mark.parametrize(
    "words", ["--help", "-h", "--version", *(f"{each} -h" for each in COMMANDS)]
)
def test_help_imports_nothing_heavy(words: str) -> None:
    done = run(*words.split())
    assert nothing_heavy(done), done.stdout


def test_predict_is_the_reference(build: Path, views: tuple[object, ...], tmp_path: Path) -> None:
    npy, png = tmp_path / "d.npy", tmp_path / "d.png"
    done = run("predict", build, *views, "-o", png, "--npy", npy)
    assert nothing_heavy(done), done.stdout
    frozen = read_build(build)
    left, right = (np.asarray(Image.open(views[at])) for at in (1, 3))  # type: ignore[arg-type]
    values = run_images(frozen.graph, frozen.params, left, right)
    assert np.array_equal(np.load(npy), disparity_px(frozen.graph, values))


def test_vectors_compare_and_inspect(
    build: Path, views: tuple[object, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "vectors"
    assert nothing_heavy(run("vectors", build, *views, "-o", folder))
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    name = next(folder.rglob("cost*.npy"))
    (dumps / "cost.npy").write_bytes(name.read_bytes())
    done = run("compare", dumps, folder)
    assert nothing_heavy(done) and "equal: 0 of 1 files differ" in done.stdout
    for artefact in (folder, build / "params.npz"):
        assert nothing_heavy(run("inspect", artefact))


def test_colours_are_refused_before_anything_is_written(
    build: Path, views: tuple[object, ...], tmp_path: Path
) -> None:
    png = tmp_path / "d.png"
    done = run("predict", build, *views, "-o", png, "--colour", tmp_path / "c.png", before=WITHOUT)
    assert done.returncode == 1 and not png.exists()
    assert done.stderr == (
        "fdscs: fdscs predict needs matplotlib, which is not installed: pip install "
        "'fdscs[report]', or 'fdscs[all]' for everything.\n"
    )


@pytest.mark.parametrize(
    ("words", "subject", "package"),
    [
        ("calibrate --checkpoint f --dataset synthetic -o q", "fdscs calibrate", "torch"),
        ("qat --dataset synthetic -o r", "fdscs qat", "torch"),
        ("predict BUILD VIEWS -o d.png --backend qonnx", "the back end QonnxBackend", "onnx"),
        ("vectors BUILD -o v", "the Motorcycle pair, which stands in where no images are given,",
         "scikit-image"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(
    build: Path, views: tuple[object, ...], words: str, subject: str, package: str
) -> None:
    given = words.replace("BUILD", str(build)).replace("VIEWS", " ".join(map(str, views)))
    done = run(*given.split(), before=WITHOUT)
    assert done.returncode == 1
    assert done.stderr.startswith(f"fdscs: {subject} needs {package}, which is not installed: pip")
    assert len(done.stderr.splitlines()) == 1


def test_the_library_names_what_is_missing() -> None:
    call = "try: fdscs.load_network('x')\nexcept fdscs.BadInput as error: print(error)"
    script = f"{WITHOUT}\nimport fdscs\n{call}"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.stdout.startswith("fdscs.load_network needs torch, which is not installed: pip")


def test_modules_of_our_own_that_are_missing_are_not_masked() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_room"), needed_by("a test"):
        import fdscs.no_such_room  # type: ignore[import-not-found]  # noqa: F401
    with pytest.raises(MissingPackage, match=r"fdscs\[train\]"), needed_by("a test"):
        raise ModuleNotFoundError("No module named 'torch.x'", name="torch.x")


def test_the_extras_named_bring_what_is_missing() -> None:
    """pyproject.toml has every package of the table in the extra that the table names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for package, extra in EXTRAS.values():
        names = [each.split(">")[0].split("=")[0] for each in extras[extra]]
        assert package in names, (package, extra)
        assert not any(each.startswith(package) for each in project["dependencies"])
