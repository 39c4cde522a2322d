"""All proofs about an accelerator, as rows of a table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fdscs.accelerator.rtl.proofs.accumulators import overflow
from fdscs.accelerator.rtl.proofs.claims import claims
from fdscs.accelerator.rtl.proofs.solver import OPEN, PROVED, REFUTED, Claim, Verdict, decide
from fdscs.export.build import PARAMS, Build, file_digest
from fdscs.hardware.dataflow import Dataflow
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput

FILE = "proofs.json"  # of a build


@dataclass(frozen=True)
class Proof:
    """A claim about a module, what it is of, and how it fared: `how` is induction or arithmetic."""

    claim: str
    module: str
    parameters: Mapping[str, int]
    places: list[str]  # processes or streams that have it
    how: str
    verdict: Verdict

    @property
    def reach(self) -> str:
        """For which runs it holds."""
        found = self.verdict
        if found.outcome == PROVED:
            return "always"
        return found.outcome if found.outcome in (REFUTED, OPEN) else f"{found.steps} cycles"


def write_proofs(found: Sequence[Proof], build: Build, path: Path) -> None:
    """Write them as JSON, with the digest of the parameters that they are of."""
    text = {PARAMS: file_digest(build.folder / PARAMS), "proofs": [asdict(each) for each in found]}
    write_text(path, json.dumps(text, indent=1) + "\n")


def read_proofs(build: Build) -> list[Proof]:
    """What `fdscs prove` left in the folder of `build`, if it did, and of these very parameters.

    Raises BadInput for a file that it did not write.
    """
    path = build.folder / FILE
    if not path.is_file():
        return []
    try:
        text = json.loads(path.read_text())
        rows = [Proof(**{**row, "verdict": Verdict(**row["verdict"])}) for row in text["proofs"]]
        current = bool(text[PARAMS] == file_digest(build.folder / PARAMS))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: not written by `fdscs prove`; run it again.") from error
    return rows if current else []


def proofs(
    flow: Dataflow, params: Mapping[str, IntArray], limit: int
) -> tuple[int, Iterator[Proof]]:
    """How many proofs there are, and each when it is there; `limit` in seconds, of one."""
    wanted, convs = claims(flow, params), list(flow.graph.of_type(g.Conv2d))
    return len(wanted) + len(convs), _decided(flow, params, wanted, convs, limit)


def _decided(
    flow: Dataflow, params: Mapping[str, IntArray], wanted: list[tuple[Claim, list[str]]],
    convs: list[g.Conv2d], limit: int,
) -> Iterator[Proof]:  # fmt: skip
    for conv in convs:
        assert conv.acc_bits is not None
        fault = overflow(flow, conv, params)
        yield Proof(
            "no accumulator overflows, in any order of sums", "conv2d",
            {"ACC_BITS": conv.acc_bits}, [conv.name], "interval arithmetic",
            Verdict(REFUTED if fault else PROVED, 0, 0.0, fault),
        )  # fmt: skip
    for claim, places in wanted:
        how = "bounded search" if claim.bounded else f"induction, {claim.steps} cycles"
        yield Proof(
            claim.words, claim.module, claim.parameters, places, how, decide(claim, limit=limit)
        )
