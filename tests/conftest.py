"""Fixtures shared by the whole tree."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real pairs and published weights; where absent, tests of them skip."""
    folder = (ROOT / os.environ.get("FDSCS_SHARED", "../shared")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real pairs: {folder} does not exist (set FDSCS_SHARED)")
    return folder
