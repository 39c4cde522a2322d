"""Ctrl-C in a loop of steps: a step happens whole or not at all."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import torch
from lightning_fabric import Fabric


class Interrupt:
    """Puts Ctrl-C off while a step lasts.

    One process is stopped right after the step, or at once between steps. Processes that train
    together agree on the step after which all of them stop: none waits for one that has gone.
    """

    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric
        self._asked = self._held = False

    @contextmanager
    def watching(self) -> Iterator["Interrupt"]:
        """Handle Ctrl-C while the block lasts; in another thread than the main one, let it be."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = signal.signal(signal.SIGINT, self._ask)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A step; raises KeyboardInterrupt at its end where Ctrl-C came in the meantime."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._agreed():
            raise KeyboardInterrupt

    def _ask(self, signal_number: int, frame: FrameType | None) -> None:
        self._asked = True
        if not self._held and self._fabric.world_size == 1:
            raise KeyboardInterrupt

    def _agreed(self) -> bool:
        """Whether any process was asked to stop."""
        if self._fabric.world_size == 1:
            return self._asked
        asked = torch.tensor(float(self._asked), device=self._fabric.device)
        return bool(self._fabric.all_reduce(asked, reduce_op="sum") > 0)
