"""Precision, determinism, memory, and machines that train together."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from fdscs.calibration.calibrate import calibrate
from fdscs.model.config import Config, Training
from fdscs.model.network import FloatNetwork, reflect_axis
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.training.data import Sampler
from fdscs.training.engine import engine, slow_in_bfloat16
from fdscs.training.phase import float_phase, quantised_phase, train_step
from tests.commands.conftest import TOML
from tests.tiny import TINY

TRAINING = Training(crop=(64, 96), batch=2, bfloat16=True, max_scale=1.2)
CONFIG = Config(TINY.architecture, TINY.precision, TRAINING)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings() -> Iterator[None]:
    """Leave PyTorch's settings as they were."""
    before = torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(before)


@pytest.mark.parametrize(("asked", "expected"), [(None, True), (True, True), (False, False)])
def test_deterministic_on_processors_unless_refused(
    settings: None, asked: bool | None, expected: bool
) -> None:
    engine(deterministic=asked)
    assert torch.are_deterministic_algorithms_enabled() is expected


def test_mixed_precision_where_it_belongs(pairs: SyntheticPairs) -> None:
    net = FloatNetwork(CONFIG.architecture, train_batch_norm=True)
    net.initialise(torch.Generator().manual_seed(0))
    phase = float_phase(net, CONFIG, engine())
    kinds: dict[str, torch.dtype] = {}
    for name in ("enc0", "u2_1", "out"):
        net.convs[name].register_forward_hook(
            lambda _, __, made, name=name: kinds.__setitem__(name, made.dtype)
        )
    batch = Sampler(pairs, TRAINING, 0).batch(0)
    train_step(phase, batch)
    low, full = torch.bfloat16, torch.float32
    assert kinds["u2_1"] == low and kinds["out"] == full, "disparity needs more than 8 bits"
    values = phase.optimiser.state_dict()["state"].values()
    assert {each.dtype for state in values for each in state.values()} == {full}
    assert {each.dtype for each in net.parameters()} == {full}
    net.eval()
    phase.objective.predict(batch.left, batch.right)
    assert set(kinds.values()) == {full}, "validation is in float32"


@pytest.mark.parametrize(("capability", "slow"), [("AVX2", True), ("AVX512", False)])
def test_slow_bfloat16_is_told(
    monkeypatch: pytest.MonkeyPatch, capability: str, slow: bool
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert slow_in_bfloat16(torch.device("cpu")) is slow
    assert not slow_in_bfloat16(torch.device("cuda"))


def test_quantised_training_is_never_in_mixed_precision(
    tiny_float: FloatNetwork, pairs: SyntheticPairs
) -> None:
    losses = []
    for bfloat16 in (False, True):
        config = replace(CONFIG, training=replace(TRAINING, bfloat16=bfloat16))
        net, teacher = calibrate(tiny_float, config, pairs)
        phase = quantised_phase(net, teacher, config, engine())
        batch = Sampler(pairs, TRAINING, 0).batch(0)
        losses.append([train_step(phase, batch)[0] for _ in range(2)])
    assert losses[0] == losses[1]


@pytest.mark.parametrize("pads", [(0, 0), (1, 2), (3, 0), (0, 3)])
def test_reflection_by_parts(pads: tuple[int, int]) -> None:
    """What GPUs do where the order of sums must be fixed."""
    x = torch.rand(2, 3, 5, 7, requires_grad=True)
    expected = F.pad(x, (0, 0, *pads), mode="reflect")
    found = reflect_axis(x, 2, *pads)
    assert torch.equal(found, expected)
    weight = torch.rand_like(expected)
    gradients = [torch.autograd.grad((each * weight).sum(), x)[0] for each in (found, expected)]
    assert torch.allclose(*gradients, atol=1e-6)


PAGES = """
import resource, torch
from fdscs.training.engine import engine, slow_in_bfloat16
if {kept}: engine()
for _ in range(20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(16 << 20)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(after - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
def test_memory_is_kept_from_step_to_step() -> None:
    """64 MiB are 16384 pages of 4 KiB, unless they come in larger ones."""
    faults = [
        int(subprocess.check_output([sys.executable, "-c", PAGES.format(kept=kept)], cwd=ROOT))
        for kept in (False, True)
    ]
    assert faults[1] < 100 < faults[0]


@pytest.mark.slow
def test_two_machines_train_as_one(tmp_path: Path) -> None:
    """Each with a process of its own, as docs/recipes.md starts them."""
    config = tmp_path / "c.toml"
    config.write_text(TOML + "synthetic_pairs = 4\npopulation_batches = 2\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    train = [
        sys.executable, "-m", "fdscs.commands.main", "train", "--config", str(config),
        "--dataset", "synthetic", "--steps", "3", "-o",
    ]  # fmt: skip
    common = {**os.environ, "OMP_NUM_THREADS": "1"}
    alone = subprocess.run([*train, str(tmp_path / "alone")], cwd=ROOT, env=common, check=False)
    assert alone.returncode == 0
    machines = [
        subprocess.Popen(
            [*train, str(tmp_path / "both"), "--nodes", "2"], cwd=ROOT,
            env={**common, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                 "NODE_RANK": str(rank)},
        )
        for rank in range(2)
    ]  # fmt: skip
    assert [each.wait(timeout=300) for each in machines] == [0, 0]
    one, two = (
        load_checkpoint(tmp_path / run / "float.safetensors", "float").tensors
        for run in ("alone", "both")
    )
    for name, weights in one.items():
        np.testing.assert_allclose(two[name], weights, rtol=1e-3, atol=1e-4, err_msg=name)
