"""Headers for compiling in exact widths."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def ap_types() -> Path:
    return Path("/tmp/apt")
