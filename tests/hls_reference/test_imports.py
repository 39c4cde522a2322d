"""What the reference needs, and where the project's packages are found."""

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Imports argv[1] with everything refused but the standard library, NumPy and the packages of
# argv[2:]; prints the top-level names that were loaded from outside the standard library.
ISOLATED = """
import importlib, json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in allowed:
            raise ImportError(f"{name} is not allowed here")

allowed = {"numpy", *sys.argv[2:]}
before = set(sys.modules)
sys.meta_path.insert(0, Refuse())
importlib.import_module(sys.argv[1])
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(loaded - set(sys.stdlib_module_names))))
"""

NEEDS = {  # module → what it may load besides the standard library
    "model.graph": ["model"],
    "model.config": ["model"],
    "model.fdscs": ["model"],
    "hls_reference.fixed_point": ["hls_reference", "model", "numpy"],
    "hls_reference.run": ["hls_reference", "model", "numpy"],
    "export.packing": ["export", "hls_reference", "model", "numpy"],
    "export.build": ["export", "model", "numpy", "storage"],
}


def isolated(module: str, *packages: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ISOLATED, module, *packages]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", NEEDS)
def test_numpy_is_enough(module: str) -> None:
    result = isolated(module, *NEEDS[module])
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == NEEDS[module]


def test_the_reference_reads_nothing_of_model_but_the_graph_and_its_operations() -> None:
    script = "import sys, hls_reference.run; print(*(m for m in sys.modules if 'model' in m))"
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(result.stdout.split()) == {"model", "model.graph", "model.operations"}


@pytest.mark.parametrize("module", ["torch", "onnx", "qonnx", "brevitas", "pydantic"])
def test_the_refusal_works(module: str) -> None:
    result = isolated(module, "model")
    assert result.returncode != 0 and f"{module} is not allowed here" in result.stderr


def packages() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["setuptools"]["packages"]


@pytest.mark.parametrize("package", packages())
def test_packages_come_from_this_tree(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations is not None
    found = [Path(each).resolve() for each in spec.submodule_search_locations]
    assert found == [ROOT.joinpath(*package.split("."))]


def test_the_list_of_packages_is_complete() -> None:
    skipped = {"build", "runs", "tests"}
    rooms = [each for each in ROOT.glob("[a-z]*/") if each.is_dir() and each.name not in skipped]
    found = [init.parent.relative_to(ROOT) for room in rooms for init in room.rglob("__init__.py")]
    assert {".".join(path.parts) for path in found} == set(packages())
