"""`import fdscs`: one table of names, imported when used, the light ones without PyTorch."""

import ast
import inspect
import json
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import fdscs
from fdscs.export.build import Build

SOURCE = Path(inspect.getfile(fdscs))

# Runs argv[1] with everything refused but the standard library, this package and argv[2:].
ALONE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {*sys.stdlib_module_names, "fdscs", *sys.argv[2:]} and "sysconfig" not in top:
            raise ImportError(f"{name} is not allowed here")

sys.meta_path.insert(0, Refuse())
exec(sys.argv[1])
"""


def alone(code: str, *packages: str) -> str:
    """What `code` prints where only `packages` are installed."""
    command = [sys.executable, "-c", ALONE, code, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def declared() -> dict[str, str]:
    """What type checkers see: name → module."""
    block = next(node for node in ast.parse(SOURCE.read_text()).body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(each.module) for each in imports for alias in each.names}


def test_what_is_imported_is_what_type_checkers_see() -> None:
    assert declared() == fdscs._HOMES
    assert sorted(fdscs.__all__) == sorted(fdscs._HOMES)


@pytest.mark.parametrize("name", fdscs._HOMES)
def test_a_name_is_its_module_s(name: str) -> None:
    found = getattr(fdscs, name)
    assert found is getattr(sys.modules[fdscs._HOMES[name]], name)
    assert not callable(found) or inspect.getdoc(found)


def test_the_version_is_the_distribution_s() -> None:
    from importlib.metadata import version

    assert fdscs.__version__ == version("fdscs")


def test_dir_has_the_public_names_only() -> None:
    assert dir(fdscs) == sorted([*fdscs.__all__, "__version__"])


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'fdscs' has no attribute 'lod'"):
        fdscs.lod  # noqa: B018


def test_help_shows_every_function() -> None:
    shown = pydoc.render_doc(fdscs, renderer=pydoc.plaintext)
    for line in ("load(path: ", "load_network(checkpoint: ", "check(", "class Build(", "measure("):
        assert line in shown


def test_help_and_every_name_need_no_pytorch() -> None:
    packages = ("numpy", "safetensors", "PIL", "scipy")
    shown = alone("import fdscs, pydoc; print(pydoc.render_doc(fdscs))", *packages)
    assert "load_network" in shown


def test_a_build_needs_numpy_and_safetensors(tiny_build: Build) -> None:
    code = f"""
import json, fdscs, numpy
build = fdscs.load({str(tiny_build.folder)!r})
picture = numpy.arange(24 * 32 * 3, dtype=numpy.uint8).reshape(24, 32, 3)
made = build.predict(picture, picture)
print(json.dumps([made.shape, str(made.dtype), list(build.tensors(picture, picture, "cost"))]))
"""
    found = json.loads(alone(code, "numpy", "safetensors"))
    assert found == [[24, 32], "float32", ["cost"]]
