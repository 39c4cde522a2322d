"""Batch norm over a batch that processes share, so that n of them take the step of one."""

import torch
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce

from fdscs.model.network import BatchNormConv2d


class SharedBatchNorm(nn.BatchNorm2d):
    """Normalises by the statistics of all processes' shares, which are of one size.

    PyTorch's own does so on GPUs alone.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) → (N, C, h, w)."""
        if not self.training:
            return super().forward(x)
        exact = x.float()
        mean = _over_processes(exact.mean(dim=(0, 2, 3)))
        centred = exact - mean[:, None, None]
        variance = _over_processes(centred.square().mean(dim=(0, 2, 3)))
        assert self.running_mean is not None and self.running_var is not None and self.momentum
        with torch.no_grad():
            self.num_batches_tracked += 1
            count = x.numel() // x.shape[1] * torch.distributed.get_world_size()
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        return (centred * (variance + self.eps).rsqrt()[:, None, None]).to(x.dtype)


def share_statistics(net: nn.Module) -> None:
    """Replace every batch norm of `net` by one over all processes."""
    for layer in net.modules():
        if isinstance(layer, BatchNormConv2d):
            own = layer.norm
            layer.norm = SharedBatchNorm(own.num_features, own.eps, own.momentum, affine=False)
            layer.norm.load_state_dict(own.state_dict())


def _over_processes(value: Tensor) -> Tensor:
    total: Tensor = all_reduce(value)
    return total / torch.distributed.get_world_size()
