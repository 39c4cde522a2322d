"""fdscs vectors, fdscs compare."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fdscs.commands.completion import offering_several
from fdscs.commands.output import show
from fdscs.commands.pairs import LeftOption, RightOption, cropped, given_pair
from fdscs.export.build import read_build
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage
from fdscs.vectors.compare import Comparison, compare_dumps
from fdscs.vectors.index import FORMATS, Index
from fdscs.vectors.write import LaneChoice, write_vectors

SHOWN = 20  # differences said in words; the table has all


def vectors(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the vectors.")],
    left: LeftOption = None,
    right: RightOption = None,
    crop: Annotated[
        str | None, typer.Option(help="Only the middle of both images, rows x columns.")
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option(help="Layers, comma-separated; each with what it reads. All by default."),
    ] = None,
    lanes: Annotated[
        str | None,
        typer.Option(help="Channels a word: 8, or enc0_relu=8,cost=3. All by default."),
    ] = None,
    formats: Annotated[
        str, typer.Option(help="Of npy, hex, dat.", autocompletion=offering_several(FORMATS))
    ] = ",".join(FORMATS),
) -> None:
    """Golden vectors: what each layer reads and makes, for $readmemh and AXI4-Stream.

    fdscs vectors build --left l.png --right r.png --crop 32x128 --lanes 8 -o vectors

    docs/vectors.md describes the files. The values are the integer reference's.
    """
    kinds = [kind for kind in FORMATS if kind in formats.split(",")]
    if not kinds or set(kinds) != set(formats.split(",")):
        raise BadInput(f"--formats {formats}: choose from {', '.join(FORMATS)}.")
    named = [name for name in (layers or "").split(",") if name]
    if layers is not None and not named:
        raise BadInput("--layers names no layer; leave it out for all.")
    chosen = parse_lanes(lanes)
    pair, images = cropped(given_pair(left, right), crop)
    frozen = read_build(build)
    with stage("computing and writing vectors"):
        index = write_vectors(output, frozen, pair, images, named, chosen, kinds)
    print(f"{output}: {summary(index)}")


def compare(
    dumps: Annotated[Path, typer.Argument(help="Folder with what came back.")],
    vectors: Annotated[Path, typer.Argument(help="Folder made by `fdscs vectors`.")],
    picture: Annotated[
        Path | None, typer.Option(help="PNG of where the first tensor differs.")
    ] = None,
    signal: Annotated[
        str | None,
        typer.Option(help="Data of captures: m_tdata, or enc0_relu=u1/dout,out_relu=m_tdata."),
    ] = None,
) -> None:
    """Hold what came back from co-simulation, a capture or a board against golden vectors.

    fdscs compare dumps vectors --picture where.png

    Files are called after their tensors: enc0_relu.hex, .dat, .npy, .bin, a logic analyser's .csv
    or a .vcd. Exit status 1, and the first layer, pixel and channel, if anything differs.
    """
    if picture:
        from fdscs.vectors.picture import save_difference  # Matplotlib

    with stage("comparing"):
        comparison = compare_dumps(dumps, vectors, parse_signals(signal))
    print_comparison(comparison)
    if comparison.first is None:
        return
    if picture:
        save_difference(picture, comparison.first)
        print(f"picture: {picture}")
    raise typer.Exit(1)


def parse_lanes(text: str | None) -> LaneChoice:
    """Of "8", "enc0_relu=8,cost=3", or both."""
    default: int | None = None
    named: dict[str, int] = {}
    for part in text.split(",") if text is not None else ():
        name, equals, number = part.rpartition("=")
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 4096:
            raise BadInput(f"--lanes {part}: give 1 to 4096 channels a word, such as 8 or cost=3.")
        if equals:
            named[name] = int(number)
        else:
            default = int(number)
    return LaneChoice(default, named)


def parse_signals(text: str | None) -> dict[str, str]:
    """Of "m_tdata", "enc0_relu=u1/dout,out_relu=m_tdata" or both; "" is for all other tensors."""
    named: dict[str, str] = {}
    for part in text.split(",") if text is not None else ():
        name, _, signal = part.rpartition("=")
        if not signal.strip():
            raise BadInput(f"--signal {part}: names no signal; give m_tdata or out_relu=m_tdata.")
        named[name] = signal.strip()
    return named


def summary(index: Index) -> str:
    """What was written, and how large it is."""
    streams = sum(entry.role in ("tensor", "accumulator") for entry in index.tensors)
    sizes = {kind: index.size(kind) / 1e6 for kind in FORMATS}
    parts = ", ".join(f"{kind} {size:.2f}" for kind, size in sizes.items() if size)
    return (
        f"{streams} tensors and {len(index.tensors) - streams} parameters for images of "
        f"{index.images.rows}x{index.images.columns}; {sum(sizes.values()):.2f} MB ({parts})"
    )


def print_comparison(comparison: Comparison) -> None:
    """A table of the files, then what differs."""
    table = Table("tensor", "file", "elements", "differ", "undefined", "missing", "verdict")
    for each in comparison.files:
        count = each.mismatch.count if each.mismatch else 0
        table.add_row(
            each.entry.name, each.file, f"{each.elements:,}", f"{count:,}", f"{each.undefined:,}",
            f"{each.missing_words:,}", "equal" if each.equal else "DIFFERS",
        )  # fmt: skip
    show(table)
    different = [each for each in comparison.files if not each.equal]
    for number, each in enumerate(different[:SHOWN]):
        print(f"{'first difference' if number == 0 else 'difference'}: {each}")
    for each in comparison.files:
        if each.not_compared:
            absent = ", ".join(each.not_compared)
            print(f"{each.file}: has no {absent}, which were not compared")
    if comparison.not_compared:
        print(f"not compared, no file: {', '.join(comparison.not_compared)}")
    elements = sum(each.elements for each in comparison.files)
    verdict = "NOT EQUAL" if different else "equal"
    print(
        f"{verdict}: {len(different)} of {len(comparison.files)} files differ, {elements:,} values "
        "compared, tolerance 0"
    )
