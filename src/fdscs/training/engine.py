"""Processes that train together: Lightning Fabric's data parallelism."""

import ctypes
import os
import warnings

import torch
from lightning_fabric import Fabric


def engine(devices: int = 1, nodes: int = 1, deterministic: bool | None = None) -> Fabric:
    """Join `devices` processes on each of `nodes` machines; starts the others of this machine.

    On GPUs where there are some. With one of each, nothing is started. Every process must get here
    with the same arguments. `deterministic` algorithms are the default on processors, where they
    cost nothing; on GPUs they are slower, and used when asked for.
    """
    torch.backends.cudnn.allow_tf32 = False  # its products have 10 bits; codes have up to 16
    gpus = torch.cuda.is_available()
    make_deterministic(not gpus if deterministic is None else deterministic)
    if not gpus:
        keep_memory()
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


def slow_in_bfloat16(device: torch.device) -> bool:
    """Whether PyTorch has no kernels of bfloat16 convolutions for it, only a slow way around."""
    return device.type == "cpu" and torch.backends.cpu.get_cpu_capability() in ("NO AVX", "AVX2")


def make_deterministic(wanted: bool) -> None:
    """Have PyTorch use algorithms that give the same bytes each time, or whatever is fastest."""
    if wanted:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what cuBLAS needs for it
    torch.use_deterministic_algorithms(wanted)
    torch.utils.deterministic.fill_uninitialized_memory = False  # nothing reads it


def keep_memory() -> None:
    """Tell glibc to keep what is freed for what comes next; elsewhere, do nothing.

    It gives large tensors back to the system and fetches them anew, page by page, in every step.
    Options of mallopt(3).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 64 << 20)
