"""What the reference, a build and golden vectors need: NumPy, and few rooms of this package."""

import json
import subprocess
import sys

import pytest

# Imports argv[1] with everything refused but the standard library, NumPy and this package; prints
# what of this package was loaded.
ISOLATED = """
import importlib, json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "fdscs"):
            raise ImportError(f"{name} is not allowed here")

sys.meta_path.insert(0, Refuse())
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.modules if name.startswith("fdscs.")]))
"""

NEEDS = {  # module → rooms of this package that it may load
    "fdscs": set(),
    "fdscs.model.graph": {"model"},
    "fdscs.model.config": {"model"},
    "fdscs.model.fdscs": {"model"},
    "fdscs.hls_reference.fixed_point": {"hls_reference", "model"},
    "fdscs.hls_reference.run": {"hls_reference", "model"},
    "fdscs.vectors.words": {"vectors", "hls_reference", "model"},
    "fdscs.export.build": {"export", "model", "storage"},
}


def isolated(module: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ISOLATED, module]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def loaded(module: str) -> list[str]:
    result = isolated(module)
    assert result.returncode == 0, result.stderr
    return list(json.loads(result.stdout))


@pytest.mark.parametrize("module", NEEDS)
def test_numpy_and_these_rooms_are_enough(module: str) -> None:
    assert {name.split(".")[1] for name in loaded(module)} == NEEDS[module]


def test_the_reference_reads_nothing_of_model_but_the_graph_and_its_operations() -> None:
    read = {name for name in loaded("fdscs.hls_reference.run") if ".model" in name}
    assert read == {"fdscs.model", "fdscs.model.graph", "fdscs.model.operations"}


@pytest.mark.parametrize("module", ["torch", "onnx", "qonnx", "brevitas", "pydantic"])
def test_the_refusal_works(module: str) -> None:
    result = isolated(module)
    assert result.returncode != 0 and f"{module} is not allowed here" in result.stderr
