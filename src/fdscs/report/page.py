"""The page: one HTML file that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fdscs.accelerator.rtl.proofs.prove import read_proofs
from fdscs.evaluation.accuracy import Accuracy
from fdscs.export.build import MANIFEST, PARAMS, array_digest, file_digest
from fdscs.inspection.description import flat
from fdscs.model.bit_operations import bit_operations
from fdscs.model.config import PRESETS
from fdscs.model.config_file import config_to
from fdscs.model.images import DEFAULT_SIZE
from fdscs.report import figures, plots
from fdscs.report.content import Content
from fdscs.storage.checkpoint import versions

Pairs = list[tuple[str, str]]


def page_of(content: Content, builds: Sequence[Accuracy], float_file: Path | None) -> str:
    """HTML of `content`, with what `builds` were measured with, if any."""
    values = {
        "c": content,
        "name": title_of(content.build.folder.resolve()),
        "verdict": verdict(content),
        "tiles": tiles(content),
        "pictures": figures.pictures(content),
        "bars": figures.bars(content),
        "error_legend": figures.error_legend(),
        "backends": backends(content),
        "elements": sum(layer.elements for layer in content.check.layers.values()),
        "ties": sum(content.check.ties.values()),
        "saturated": sum(content.check.saturated.values()),
        "largest_share": max(layer.bit_operations for layer in content.layers),
        "ranges": Markup(plots.ranges(content)),
        "operations": Markup(plots.operations(content)),
        "percent": bit_operations(content.build.graph, *DEFAULT_SIZE),
        "builds": builds,
        "accuracy": Markup(plots.accuracy(builds)) if builds else None,
        "size": f"{DEFAULT_SIZE[1]}×{DEFAULT_SIZE[0]}",
        "proofs": read_proofs(content.build),
        "hashes": hashes(content, float_file),
        "versions": versions(),
        "built_with": dict(flat(content.build.manifest.get("versions"))),
        "provenance": flat(content.build.manifest.get("provenance")),
        "configuration": flat(config_to(content.config)),
    }
    environment = Environment(
        loader=PackageLoader("fdscs.report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("report.html.j2").render(values)
    return text.encode("utf-8", "replace").decode("utf-8")  # names may hold lone surrogates


def title_of(folder: Path) -> str:
    """The name of a build's folder, with that around it where it is only called build."""
    return f"{folder.parent.name}/{folder.name}" if folder.name == "build" else folder.name


def verdict(content: Content) -> str:
    """Whether everything was equal, in a few words."""
    report = content.check
    if report.passed:
        return "bit-exact"
    return "not equal" if report.mismatches else "not proved"


def backends(content: Content) -> list[str]:
    """Names of the back ends that ran, the reference first."""
    names = [name for layer in content.check.layers.values() for name in layer.backends]
    return list(dict.fromkeys(["reference", *names]))


def tiles(content: Content) -> list[tuple[str, str, str]]:
    """The figures that say most: title, figure, what stands below."""
    layers, graph = content.layers, content.build.graph
    weights = sum(array.size for name, array in content.build.params.items() if "shift" not in name)
    kilobytes = sum(
        content.build.params[each.conv.weight].size * each.conv.weight_bits for each in layers
    )
    widest = max(layers, key=lambda each: each.bound.bits)
    presets = [name for name, each in PRESETS.items()
               if each.architecture == content.config.architecture]  # fmt: skip
    macs = sum(each.macs for each in layers) / 1e9
    found = [
        ("network", presets[0] if presets else "own", f"{len(layers)} layers, {macs:.1f} GMAC"),
        ("weights", f"{kilobytes / 8192:.0f} KiB", f"{weights:,} weights and biases"),
        ("bit operations", f"{bit_operations(graph, *DEFAULT_SIZE):.1f} %", "of 8 × 8 bits"),
        ("widest accumulator", f"{widest.bound.bits} bits",
         f"{widest.conv.name}, proved for any image"),
    ]  # fmt: skip
    if content.figures:
        first = content.figures[0]
        epe, d1 = first.integers.epe, first.integers.d1
        name = content.float.name
        found += [
            ("EPE", f"{epe:.3f} px", f"{name} {first.float.epe:.3f} px"),
            ("D1", f"{d1:.2f} %", f"{name} {first.float.d1:.2f} %"),
        ]
    return found


def hashes(content: Content, float_file: Path | None) -> Pairs:
    """SHA-256 of what went in."""
    build, pair = content.build, content.pair
    found = [("graph", build.graph.digest())]
    names = (PARAMS, MANIFEST, *sorted(build.manifest.get("files") or {}))
    for name in dict.fromkeys(names):
        path = build.folder / name
        if path.parent == build.folder and path.is_file():
            found.append((name, file_digest(path)))
    if float_file:
        found.append((f"float checkpoint {float_file.name}", file_digest(float_file)))
    found += [("left view", array_digest(pair.left)), ("right view", array_digest(pair.right))]
    if pair.disparity is not None:
        found.append(("ground truth", array_digest(pair.disparity)))
    return found
