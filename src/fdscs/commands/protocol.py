"""What was evaluated, and what of it needs a second look, in lines."""

import sys
from typing import Any

from fdscs.stereo_datasets.dataset import StereoDataset, notes_of
from fdscs.storage.errors import BadInput

NAMED = 5  # pairs of a kind, of all


def protocol_of(result: dict[str, Any]) -> str:
    """Which pixels count, and how, in a line."""
    truths = result["truth"]
    kinds = " and ".join(f"{name} of {count}" for name, count in sorted(truths.items()))
    truth = f"ground truth {kinds} pairs, " if truths else ""
    largest = result["largest_px"]
    pixels = "all pixels that have it" if truths else "all pixels with ground truth"
    limit = "" if largest is None else f", up to {largest:g} px"
    places = {"near": ", near jumps only", "away": ", away from jumps only"}
    place = places.get(result.get("jumps", ""), "")
    return f"{truth}{pixels}{limit}{place}; averaged over images"


def print_protocol(result: dict[str, Any], dataset: StereoDataset) -> None:
    """Protocol and regions on standard output; on standard error what is wrong with pairs."""
    print(f"protocol: {result['protocol']}")
    for name, figures in result["regions"].items():
        print(
            f"{name}, {figures['images']} pairs: EPE {figures['epe']:.3f} px, "
            f"D1 {figures['d1']:.2f} %, bad-1 {figures['bad1']:.2f} %, "
            f"bad-2 {figures['bad2']:.2f} %, bad-3 {figures['bad3']:.2f} %"
        )
    for note in notes_of(dataset):
        print(f"{dataset.name}: {note}")
    warn_of_pairs(result)


def warn_of_pairs(result: dict[str, Any]) -> None:
    """Name the pairs that `evaluate` skipped, and those whose ground truth cannot be theirs."""
    _warn(result["skipped"], "skipped, as no pixel counts")
    count, images = len(result["misfits"]), result["images"]
    _warn(
        [{"name": each["name"], "why": f"{each['name']}: {each['why']}."}
         for each in result["misfits"]],
        f"of {images} WITH GROUND TRUTH THAT CANNOT BE THEIRS: the figures above mean nothing "
        "for them" if count < images else
        "ALL WITH GROUND TRUTH THAT CANNOT BE THEIRS: the figures above mean nothing",
    )  # fmt: skip


def refuse_unread(result: dict[str, Any]) -> None:
    """Raise BadInput where pairs could not be read; their figures are missing."""
    if result["unread"]:
        raise BadInput(
            f"{len(result['unread'])} of {result['images'] + len(result['unread'])} pairs cannot "
            f"be used; leave them out, the figures are the others': {result['unread'][0]['why']}"
        )


def _warn(pairs: list[dict[str, str]], what: str) -> None:
    if not pairs:
        return
    print(f"fdscs: warning: {len(pairs)} pairs {what}:", file=sys.stderr)
    for each in pairs[:NAMED]:
        print(f"  {each['why']}", file=sys.stderr)
    if len(pairs) > NAMED:
        print(f"  and {len(pairs) - NAMED} more; --json has all", file=sys.stderr)
