"""Tables and plots of what `fdscs finn` has found."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fdscs.accelerator.finn.target import Target, target_from_json
from fdscs.hardware.usage import Usage
from fdscs.storage.atomic import replacing, write_text

Row = dict[str, Any]
RESOURCES = ("LUT", "DSP", "BRAM", "URAM")


@dataclass(frozen=True)
class Result:
    """The report of a build, with what follows from it."""

    data: dict[str, Any] = field(repr=False)

    @property
    def target(self) -> Target:
        """What it was folded for."""
        return target_from_json(self.data["target"])

    @property
    def interval(self) -> int:
        """Cycles from one frame to the next, of simulated frames."""
        return int(self.data["interval"])

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.target.clock * 1e6 / self.interval

    @property
    def products(self) -> list[Row]:
        """The layers with multipliers."""
        return [row for row in self.data["layers"] if row["kind"] == "MVAU"]

    @property
    def bottleneck(self) -> Row:
        """The slowest layer."""
        return dict(max(self.data["layers"], key=lambda row: row["cycles"]))

    @property
    def usage(self) -> Usage:
        """What all layers take, FIFOs included."""
        return Usage(**self.data["usage"])

    @property
    def shares(self) -> dict[str, float]:
        """Share of each resource of the board that is taken."""
        return self.usage.shares(self.target.whole)

    @property
    def fits(self) -> bool:
        """Whether rate and resources are within the target."""
        small = max(self.shares.values()) <= self.target.limit
        return small and self.interval <= self.target.cycles

    @property
    def summary(self) -> list[str]:
        """Checks, rate, FIFOs and the verdict, a sentence each."""
        compared = self.data["checks"][-1]["values"]
        bits = sum(fifo["bits"] for fifo in self.data["fifos"])
        deepest = max(self.data["fifos"], key=lambda fifo: fifo["bits"])
        target, slowest = self.target, self.bottleneck
        taken = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.shares.items())
        scarcest = max(self.shares, key=lambda name: self.shares[name])
        verdict = "fits" if self.fits else f"DOES NOT FIT {100 * target.limit:.0f} % of"
        return [
            f"{len(self.data['checks'])} stages, each with 0 of {compared:,} values differing from "
            "the integer reference",
            f"{self.fps:.1f} frames/s at {target.clock:g} MHz ({self.interval:,} cycles, "
            "simulated); the "
            f"slowest layer is {slowest['layer']}'s {slowest['kind']}, {slowest['cycles']:,}",
            f"FIFOs hold {bits / 1e6:.1f} Mbit; the deepest, {deepest['stream']}, "
            f"{deepest['bits'] / 1e6:.1f} Mbit, {deepest['rows']:.0f} rows",
            f"{verdict} {target.board.name}: {taken}; {scarcest} limits more; estimates, not "
            "synthesis",
        ]


def read_result(data: dict[str, Any]) -> Result:
    """The report as run_finn returns it."""
    return Result(data)


def write_tables(result: Result, path: Path) -> None:
    """All layers, FIFOs, stages, ports and rates, as Markdown."""
    data = result.data
    parts = ["# FINN build", *result.summary]
    parts += ["## Stages", _table(data["checks"], ("stage", "tensors", "values"))]
    parts += ["## Ports", _table(data["boundary"], tuple(data["boundary"][0]))]
    layers = [_layer_row(row, result.interval) for row in data["layers"]]
    parts += [
        "## Layers",
        "FINN's estimates and, after +, what they leave out (docs/finn.md).",
        _table(layers, tuple(layers[0])),
        "## FIFOs",
        "Below `least` pixels the frame stops; at `full_rate` no layer ever waits for room.",
        _table(data["fifos"], ("stream", "pixels", "rows", "least", "full_rate", "bits")),
    ]
    if data["rates"]:
        rates = [_rate_row(result, each) for each in _all_rates(result)]
        parts += ["## Other rates", _table(rates, tuple(rates[0]))]
    write_text(path, "\n\n".join(parts) + "\n")


def plot_result(result: Result, path: Path) -> None:
    """Cycles and slices of each product; resources for several rates where these were asked for."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    rates = _all_rates(result)
    figure, axes = plt.subplots(1, 2, figsize=(12, 5.2), width_ratios=(2, 1))
    rows = result.products
    names = [row["layer"] for row in rows]
    axes[0].bar(names, [row["cycles"] / 1e6 for row in rows], color="tab:blue")
    axes[0].axhline(result.target.cycles / 1e6, color="tab:red", label="target")
    axes[0].axhline(result.interval / 1e6, color="black", linestyle=":", label="simulated frame")
    axes[0].set(ylabel="million cycles a frame", title="Products, and what a frame may take")
    axes[0].tick_params(axis="x", rotation=90)
    axes[0].legend()
    for name in RESOURCES:
        shares = [100 * _share(result, each["usage"], name) for each in rates]
        axes[1].plot([each["fps"] for each in rates], shares, marker="o", label=name)
    axes[1].axhline(100 * result.target.limit, color="grey", linestyle=":")
    axes[1].set(
        xlabel="frames/s", ylabel=f"% of {result.target.board.name}", title="Rate and resources"
    )
    axes[1].legend()
    figure.tight_layout()
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110, metadata={"Software": None})
    plt.close(figure)


def _all_rates(result: Result) -> list[Row]:
    """The target's own among the others, by rate."""
    own = {"fps": result.fps, "usage": result.data["usage"]}
    return sorted([*result.data["rates"], own], key=lambda each: float(each["fps"]))


def _rate_row(result: Result, rate: Row) -> Row:
    shares = Usage(**rate["usage"]).shares(result.target.whole)
    return {
        "frames/s": f"{rate['fps']:.1f}",
        **{f"{name} %": f"{100 * share:.0f}" for name, share in shares.items()},
    }


def _share(result: Result, usage: Row, name: str) -> float:
    return Usage(**usage).shares(result.target.whole)[name]


def _layer_row(row: Row, interval: int) -> Row:
    finn, added = row["finn"], row["added"]
    folding = [f"{key} {row['folding'][key]}" for key in ("SIMD", "PE") if key in row["folding"]]
    return {
        "layer": row["layer"],
        "kind": row["kind"],
        "folding": " ".join(folding),
        "cycles": f"{row['cycles']:,}",
        "busy %": f"{100 * row['cycles'] / interval:.0f}",
        "LUT": f"{finn['luts']:.0f} + {added['luts']:.0f}",
        "DSP": str(added["dsps"]),
        "BRAM": f"{finn['brams']:g} + {added['brams']:g}",
        "URAM": str(finn["urams"]),
        "memory": row["memory"] or "",
    }


def _table(rows: list[Row], names: tuple[str, ...]) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
