"""Ctrl-C as a terminal sends it: between steps at once, in a step after it."""

import os
import signal

import pytest
from lightning_fabric import Fabric

from fdscs.training.interrupt import Interrupt


def test_a_step_happens_whole() -> None:
    done = []
    with Interrupt(Fabric(accelerator="cpu", devices=1)).watching() as interrupt:
        with pytest.raises(KeyboardInterrupt), interrupt.step():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("the rest of the step")
        assert done == ["the rest of the step"]


def test_between_steps_it_comes_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt(Fabric(accelerator="cpu", devices=1)).watching() as interrupt:
        with interrupt.step():
            pass
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("it was put off")
    assert signal.getsignal(signal.SIGINT) is before
