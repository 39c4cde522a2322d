"""Batch-norm statistics of the population, for the network that evaluation runs."""

import torch
from torch import Tensor, nn

from fdscs.storage.progress import track
from fdscs.training.batches import batches
from fdscs.training.data import Sampler
from fdscs.training.phase import Phase


def measure_population(phase: Phase, sampler: Sampler) -> None:
    """Replace the running statistics of every batch norm by those of the first batches.

    Mean and variance over all their pixels, as the authors take them: the mean of the batches'
    variances and the variance of their means. Layers see each batch as in training, but in float32;
    processes that share the batches share the statistics.
    """
    norms = [module for module in phase.net.modules() if isinstance(module, nn.BatchNorm2d)]
    if not norms:
        return
    seen: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {norm: [] for norm in norms}

    def note(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        variance, mean = torch.var_mean(inputs[0].float(), dim=(0, 2, 3), correction=0)
        seen[norm].append((mean, variance))

    phase.net.eval()
    handles = [norm.train().register_forward_pre_hook(note) for norm in norms]
    steps = range(sampler.training.population_batches)
    made = batches(sampler, steps, sampler.workers)
    shown = phase.fabric.is_global_zero
    with torch.no_grad():
        for batch in track(made, "measuring batch norms", len(steps), shown):
            phase.objective.predict(*phase.fabric.to_device((batch.left, batch.right)))
    for handle in handles:
        handle.remove()
    for norm, pairs in seen.items():
        means, variances = (torch.stack(each).double() for each in zip(*pairs, strict=True))
        powers = (variances + means.square()).mean(dim=0)
        mean, power = phase.fabric.all_reduce(torch.stack([means.mean(dim=0), powers]))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(power - mean.square())
    phase.net.eval()
