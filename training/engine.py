"""Processes that train together: Lightning Fabric's data parallelism."""

import warnings

import torch
from lightning_fabric import Fabric


def engine(devices: int = 1, nodes: int = 1) -> Fabric:
    """Join `devices` processes on each of `nodes` machines; starts the others of this machine.

    On GPUs where there are some. With one of each, nothing is started. Every process must get here
    with the same arguments.
    """
    torch.backends.cudnn.allow_tf32 = False  # its products have 10 bits; codes have up to 16
    together = devices * nodes > 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on loaders and launchers that are not used here
        fabric = Fabric(
            devices=devices,
            num_nodes=nodes,
            strategy="ddp" if together else "auto",
        )
        fabric.launch()
    return fabric
