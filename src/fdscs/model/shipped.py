"""Checkpoints that come with the program: trained by us, on made-up pairs alone."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files("fdscs") / "checkpoints"))
LITE_FLOAT = FOLDER / "lite.safetensors"
PAPER_FLOAT = FOLDER / "paper.safetensors"
