"""fdscs clean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fdscs.commands.pairs import LeftOption, RightOption, given_pair
from fdscs.export.build import file_digest
from fdscs.model.config import Config
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.progress import stage

if TYPE_CHECKING:
    from fdscs.quantization.clean import CleanUp
    from fdscs.quantization.network import QuantNetwork


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
    from fdscs.quantization.quant_checkpoint import load_quantised, save_quantised

    net, config, header = load_quantised(checkpoint)
    net, config, sentence = cleaned(net, config, given_pair(left, right))
    provenance = {**(header.get("provenance") or {}), "cleaned_sha256": file_digest(checkpoint)}
    save_quantised(output, net, config, provenance)
    print(f"{output}: {sentence}")


def cleaned(
    net: "QuantNetwork", config: Config, pair: StereoPair
) -> tuple["QuantNetwork", Config, str]:
    """The network without the channels that make no difference, and what was compared.

    Prints what differs and leaves with exit status 1 if anything does.
    """
    from fdscs.quantization.clean import clean_up
    from fdscs.quantization.freeze import freeze
    from fdscs.verification.unchanged import prove_unchanged

    with stage("finding channels that make no difference"):
        before = freeze(net)
        smaller, its_config, report = clean_up(net, config)
    proof = prove_unchanged(before, freeze(smaller), report.kept, [pair])
    for mismatch in proof.first:
        print(f"mismatch: {mismatch}")
    if not proof.passed:
        print("NOT EQUAL: nothing was written")
        raise typer.Exit(1)
    sentence = (
        f"{summary(report)}; equal: 0 mismatches in {proof.elements:,} comparisons with the "
        f"network before, {len(proof.layers)} layers, {len(proof.cases)} cases"
    )
    return smaller, its_config, sentence


def summary(report: "CleanUp") -> str:
    """Channels removed, by kind, and multiply-accumulates saved."""
    counts = report.counts()
    removed, kept = sum(counts.values()), sum(map(len, report.kept.values()))
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    saved = 100 * (1 - report.macs_after / report.macs_before)
    return (
        f"{removed} of {removed + kept} channels removed ({kinds}), {saved:.2f} % of the "
        "multiply-accumulates saved"
    )
