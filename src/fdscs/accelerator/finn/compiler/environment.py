"""FINN as a library, with no Vivado, no container and none of its downloads.

Import this before anything of `finn`. Where Vivado and Vitis HLS are set up, their variables are
left as they are and FINN's steps from code generation to bitstream can run.
"""

import os
from importlib import import_module
from pathlib import Path

# FINN reads the tool's version from this path and nothing else, until it synthesises.
NO_VIVADO = "/nonexistent/Vivado/2024.2"


def prepare(folder: Path) -> None:
    """Let FINN keep what it generates in `folder`, and find its own libraries."""
    defaults = {
        "FINN_BUILD_DIR": folder,
        "FINN_SETTINGS": folder / "settings.yaml",  # need not exist
        "FINN_DEPS": folder / "dependencies",
        "NUM_DEFAULT_WORKERS": 1,
        "XILINX_VIVADO": NO_VIVADO,
        "XILINX_HLS": "/nonexistent/Vitis_HLS/2024.2",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, str(value))
    settings = import_module("finn.util.settings")
    kinds = import_module("finn.interface.settings")
    settings._SETTINGS = kinds.FINNSettings.init(  # type: ignore[attr-defined]
        flow_config=folder / "flow.yaml", automatic_dependency_updates=False
    )
    _without_xsi()
    resolve = import_module("finn.interface.interface_utils").resolve_module_path
    os.environ.setdefault("FINN_CUSTOM_HLS", resolve("custom_hls"))
    os.environ.setdefault("FINN_RTLLIB", resolve("finn-rtllib"))


def has_vivado() -> bool:
    """Whether Vivado's variables point to an installation."""
    return Path(os.environ.get("XILINX_VIVADO", NO_VIVADO)).is_dir()


def _without_xsi() -> None:
    """The builder imports names of Vivado's simulator; without it they have to exist, no more."""
    if has_vivado():
        return
    xsi = import_module("finn.xsi")
    for name in xsi._LAZY_NAMES:
        xsi.__dict__.setdefault(name, None)
