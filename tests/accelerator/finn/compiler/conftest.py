"""Fixtures for tests in FINN's environment; `make test-finn` runs them."""

import random
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fdscs.accelerator.finn.compiler import environment

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a job of the tiny network; not to be changed."""
    folder = tmp_path_factory.mktemp("job")
    python, script = ROOT / ".venv" / "bin" / "python", Path(__file__).parent / "make_job.py"
    subprocess.run([python, script, folder], check=True, cwd=ROOT)
    environment.prepare(folder / "finn")
    warnings.filterwarnings("ignore")
    return folder


@pytest.fixture(scope="session")
def tensors(job: Path) -> dict[str, np.ndarray]:
    """The reference's, for the small images."""
    return dict(np.load(job / "tensors.npz"))


@pytest.fixture
def network(job: Path) -> Any:
    """Our QONNX for the small images, shapes inferred."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.infer_shapes import InferShapes

    random.seed(0)
    return ModelWrapper(str(job / "small.onnx")).transform(InferShapes())
