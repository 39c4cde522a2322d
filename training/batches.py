"""Batches made by worker processes while the network trains."""

from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, Dataset

from storage.errors import BadInput
from training.data import Batch, Sampler


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
        generator=torch.Generator(),  # the default one is left as it was
    )
    for made in loader:
        if isinstance(made, BadInput):
            raise made
        yield made


def _as_it_is(made: Batch | BadInput) -> Batch | BadInput:
    return made
