"""One build: `python -m fdscs.accelerator.finn.compiler.run_job job.json`, in FINN's environment.

Writes into the job's folder what FINN needs to go on, and report.json last.
"""

import json
import logging
import sys
import warnings
from pathlib import Path

from fdscs.accelerator.finn.compiler import environment
from fdscs.storage.errors import BadInput

REPORT = "report.json"


def main(job_file: str) -> None:
    """Run the job; on bad input one sentence on standard error and status 1."""
    job = json.loads(Path(job_file).read_text())
    folder = Path(job_file).resolve().parent
    environment.prepare(folder / "finn")
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)  # FINN tells of every type it infers
    from fdscs.accelerator.finn.compiler.flow import run  # FINN is ready only now

    try:
        report = run(job, folder)
    except BadInput as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    (folder / REPORT).write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
