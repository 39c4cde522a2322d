"""Kill a command with signal 9 again and again at random moments; prints what was left as JSON.

python -m tests.faults.killed SEED TRIALS SECONDS KIND fdscs arguments… -o OUTPUT

After each kill what is under the final name must be whole, as the reader of KIND finds it, or not
there. At the end the command runs undisturbed.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from fdscs.commands.main import main
from fdscs.export.build import CHECKPOINT, MANIFEST, read_build
from fdscs.quantization.quant_checkpoint import load_quantised
from fdscs.vectors.index import INDEX, read_index, verified
from fdscs.verification.parameters import compare_parameters


def whole_build(folder: Path) -> None:
    differences = compare_parameters(read_build(folder), load_quantised(folder / CHECKPOINT)[0])
    assert not differences, differences[0]


def whole_vectors(folder: Path) -> None:
    for entry in read_index(folder).tensors:
        for file in entry.files.values():
            verified(folder, file)


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "calibrate": ("", load_quantised),
    "export": (MANIFEST, whole_build),
    "vectors": (INDEX, whole_vectors),
}  # the file without which there is no result, and what reads it


def start() -> int:
    """The command in a fork of this process; returns its id."""
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        main()
    except SystemExit as stop:
        os._exit(int(stop.code or 0))
    os._exit(0)


def run(seed: int, trials: int, seconds: float, kind: str, output: Path) -> dict[str, int]:
    """Kill `trials` runs; count those that were killed, left a whole result, or half a file."""
    chance = random.Random(seed)
    marker, read = READERS[kind]
    folder = output if marker else output.parent
    counts = {"killed": 0, "ended": 0, "whole": 0, "temporary": 0}
    for _ in range(trials):
        child = start()
        time.sleep(chance.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, -signal.SIGKILL), status
        counts["killed" if status else "ended"] += 1
        counts["temporary"] += any(folder.glob(".*")) if folder.exists() else 0
        if (output / marker if marker else output).exists():
            read(output)
            counts["whole"] += 1
    assert os.waitstatus_to_exitcode(os.waitpid(start(), 0)[1]) == 0
    read(output)
    assert not list(folder.glob(".*")), "something half-written was left"
    return counts


if __name__ == "__main__":
    torch.set_num_threads(1)
    _, seed, trials, seconds, kind, *options = sys.argv
    sys.argv = ["fdscs", *options]
    result = Path(options[options.index("-o") + 1])
    print(json.dumps(run(int(seed), int(trials), float(seconds), kind, result)), flush=True)
