"""Kill a run with signal 9 again and again until it ends; prints what happened as JSON.

python -m tests.training.killed SEED KILLS SECONDS fdscs arguments…

Every sitting is a fork of this process, which has imported everything already. Odd ones are killed
as soon as they write a state, the others at a random moment within SECONDS.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from fdscs.commands.main import main


def sitting() -> int:
    """Start the program in a process of its own; returns its id."""
    child = os.fork()
    if child:
        return child
    try:
        main()
    except SystemExit as stop:
        os._exit(int(stop.code or 0))
    os._exit(0)


def kill_at(child: int, folder: Path, moment: float, while_writing: bool) -> bool:
    """Kill `child` unless it ends before; returns whether it was killed."""
    start = time.monotonic()
    while time.monotonic() - start < moment or while_writing:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return False
        if while_writing and next(folder.glob(".training-*"), None):
            break
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return True


def run(seed: int, kills: int, seconds: float, folder: Path) -> dict[str, int]:
    """Sittings until the run has ended, at most `kills` of them killed."""
    chance = random.Random(seed)
    counts = {"killed": 0, "half_written": 0, "status": -1}
    while True:
        child = sitting()
        writing = counts["killed"] % 2 == 1
        killed = counts["killed"] < kills and kill_at(
            child, folder, chance.uniform(0, seconds), writing
        )
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if not killed:
            return {**counts, "status": status}
        assert status == -signal.SIGKILL, status
        counts["killed"] += 1
        counts["half_written"] += bool(list(folder.glob(".training-*")))


if __name__ == "__main__":
    torch.set_num_threads(1)
    _, seed, kills, seconds, *options = sys.argv
    sys.argv = ["fdscs", *options]
    output = Path(options[options.index("-o") + 1])
    outcome = run(int(seed), int(kills), float(seconds), output)
    print(json.dumps(outcome), file=sys.stdout, flush=True)
