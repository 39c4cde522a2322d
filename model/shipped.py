"""Checkpoints that come with the program: trained by us, on made-up pairs alone."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "checkpoints"
LITE_FLOAT = FOLDER / "lite.safetensors"
