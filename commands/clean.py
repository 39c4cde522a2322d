"""fdscs clean."""

from pathlib import Path
from typing import Annotated

import typer

from commands.build import LeftOption, RightOption, given_pair
from export.build import file_digest
from quantization.checkpoint import load_quantised, save_quantised
from quantization.clean import CleanUp, clean_up
from quantization.freeze import freeze
from verification.unchanged import prove_unchanged


def clean(
    checkpoint: Annotated[Path, typer.Option(help="Quantised checkpoint.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Quantised checkpoint to write.")],
    left: LeftOption = None,
    right: RightOption = None,
) -> None:
    """Take out channels that provably make no difference; every remaining value is compared.

    fdscs clean --checkpoint quant.safetensors -o cleaned.safetensors

    Exit status 1, and no output, if anything differs on the pair or in corner cases.
    """
    pair = given_pair(left, right)
    net, config, header = load_quantised(checkpoint)
    before = freeze(net)
    cleaned, smaller, report = clean_up(net, config)
    proof = prove_unchanged(before, freeze(cleaned), report.kept, [pair])
    for mismatch in proof.first:
        print(f"mismatch: {mismatch}")
    if not proof.passed:
        print(f"NOT EQUAL: nothing was written to {output}")
        raise typer.Exit(1)
    provenance = {**(header.get("provenance") or {}), "cleaned_sha256": file_digest(checkpoint)}
    save_quantised(output, cleaned, smaller, provenance)
    print(
        f"{output}: {summary(report)}; equal: 0 mismatches in {proof.elements:,} comparisons with "
        f"the network before, {len(proof.layers)} layers, {len(proof.cases)} cases"
    )


def summary(report: CleanUp) -> str:
    """Channels removed, by kind, and multiply-accumulates saved."""
    counts = report.counts()
    removed, kept = sum(counts.values()), sum(map(len, report.kept.values()))
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    saved = 100 * (1 - report.macs_after / report.macs_before)
    return (
        f"{removed} of {removed + kept} channels removed ({kinds}), {saved:.2f} % of the "
        "multiply-accumulates saved"
    )
