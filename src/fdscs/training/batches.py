"""Batches made by worker processes while the network trains."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from functools import partial

import torch
from torch.utils.data import DataLoader, Dataset

from fdscs.storage.errors import BadInput
from fdscs.training.data import Batch, Sampler


class Steps(Dataset[Batch | BadInput]):
    """Batch `step` of a sampler as item `step`; what cannot be read is handed over, not raised."""

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler

    def __getitem__(self, step: int) -> Batch | BadInput:
        try:
            return self.sampler.batch(step)
        except BadInput as error:  # a loader would bury its sentence in a worker's traceback
            return error


def batches(sampler: Sampler, steps: range, workers: int) -> Iterator[Batch]:
    """The batches of `steps` in order, made by so many processes, or by this one where it is 0.

    They are the same for any number. Raises BadInput as the sampler does.
    """
    loader = DataLoader(
        Steps(sampler),
        batch_size=None,
        sampler=steps,
        num_workers=workers,
        collate_fn=_as_it_is,
        worker_init_fn=partial(_end_with, os.getpid()),
        generator=torch.Generator(),  # the default one is left as it was
    )
    for made in loader:
        if isinstance(made, BadInput):
            raise made
        yield made


def _as_it_is(made: Batch | BadInput) -> Batch | BadInput:
    return made


def _end_with(parent: int, _: int) -> None:
    """End this worker as soon as `parent` does, and not before: Ctrl-C is for the parent.

    PyTorch has workers look for it, but one that starts while it is killed would look in vain.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        set_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
