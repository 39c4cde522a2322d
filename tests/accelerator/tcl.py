"""Stand-ins for Vivado, run by whichever Tcl is here."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run_tcl(stand_in: Path, script: Path) -> "subprocess.CompletedProcess[str]":
    """What `stand_in`, a program in Tcl, says of `script`; skips the test where there is no Tcl."""
    if shutil.which("tclsh"):
        command = ["tclsh", str(stand_in), str(script)]
    else:
        pytest.importorskip("tkinter", reason="no Tcl: neither tclsh nor Python's tkinter is here")
        code = (
            "import sys, tkinter; tcl = tkinter.Tcl(); tcl.setvar('argv', sys.argv[2]); "
            "tcl.evalfile(sys.argv[1])"
        )
        command = [sys.executable, "-c", code, str(stand_in), str(script)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
