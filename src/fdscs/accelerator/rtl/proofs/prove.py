"""All proofs about an accelerator, as rows of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fdscs.accelerator.rtl.proofs.accumulators import overflow
from fdscs.accelerator.rtl.proofs.claims import claims
from fdscs.accelerator.rtl.proofs.solver import OPEN, PROVED, REFUTED, Claim, Verdict, decide
from fdscs.hardware.dataflow import Dataflow
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g

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

    def to_json(self) -> dict[str, Any]:
        """As in proofs.json."""
        return {**asdict(self), "verdict": asdict(self.verdict)}


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
