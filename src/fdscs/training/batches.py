"""Batches made by worker processes while the network trains."""

import ctypes
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from errno import ENOSPC
from functools import partial

import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info

from fdscs.storage.errors import BadInput
from fdscs.training.data import Batch, Sampler


class Steps(Dataset[Batch | BadInput]):
    """Batch `step` of a sampler as item `step`; what cannot be read is handed over, not raised."""

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler

    def __getitem__(self, step: int) -> Batch | BadInput:
        try:
            return _handed_over(self.sampler.batch(step))
        except BadInput as error:  # a loader would bury its sentence in a worker's traceback
            return error


def batches(sampler: Sampler, steps: range, workers: int) -> Iterator[Batch]:
    """The batches of `steps` in order, made by so many processes, or by this one where it is 0.

    They are the same for any number. Raises BadInput as the sampler does, where there is too little
    shared memory for workers, and where one is killed.
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
    try:
        for made in loader:
            if isinstance(made, BadInput):
                raise made
            yield made
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise BadInput(
            "a process that makes batches was killed, by lack of memory as a rule; use fewer "
            "--workers, or 0."
        ) from error
    except OSError as error:
        if error.errno != ENOSPC or not workers:
            raise
        raise BadInput(_no_room()) from error


def _handed_over(batch: Batch) -> Batch:
    """`batch`, in a worker in shared memory: otherwise a thread of the loader puts it there, and if
    that fails the parent waits for ever."""
    if get_worker_info() is None:
        return batch
    try:
        for part in vars(batch).values():
            part.share_memory_()
    except (RuntimeError, OSError) as error:
        raise BadInput(_no_room()) from error
    return batch


def _no_room() -> str:
    return (
        "there is too little shared memory for processes that make batches (/dev/shm, "
        f"{_shared_memory()}); use --workers 0, a smaller training.batch, or give the container "
        "more, such as docker run --shm-size 2g."
    )


def _shared_memory() -> str:
    try:
        return f"{shutil.disk_usage('/dev/shm').total / 2**20:.3g} MiB in all"
    except OSError:
        return "which is missing"


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
