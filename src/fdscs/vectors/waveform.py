"""Beats out of a value change dump (.vcd), as simulators and logic analysers write it."""

from collections.abc import Iterator
from pathlib import Path

from vcd.reader import TokenKind, VarDecl, VCDParseError, tokenize

from fdscs.storage.errors import BadInput
from fdscs.vectors.beats import Beat, Sizes, beats_block, word
from fdscs.vectors.signals import BESIDE, DATA, Stream, stream_of
from fdscs.vectors.text import Block

BEATS = 1 << 16  # made to a block at once
CLOCKS = ("aclk", "clk", "clock", "ap_clk")
Values = dict[str, str]  # of signals, by their identifiers: binary digits


def vcd_blocks(path: Path, sizes: Sizes, signal: str | None) -> Iterator[Block]:
    """The beats of a stream: what its signals are at rising edges of its clock, just before them.

    `signal` is in the name of the signal with the data, "tdata" by default; the clock is the one
    nearest to it in the hierarchy. Raises BadInput for what is no .vcd, naming line and column.
    """
    try:
        with path.open("rb") as file:
            beats: list[Beat] = []
            for beat in _beats(path, tokenize(file), sizes, signal):
                beats.append(beat)
                if len(beats) == BEATS:
                    yield beats_block(beats, sizes)
                    beats = []
            yield beats_block(beats, sizes)
    except BadInput:  # a ValueError too
        raise
    except (VCDParseError, ValueError, IndexError) as error:
        said = str(error).splitlines()[0][:80] if str(error) else type(error).__name__
        raise BadInput(f"{path}: not a readable .vcd file ({said}); dump it whole.") from error


def _beats(path: Path, tokens: Iterator, sizes: Sizes, signal: str | None) -> Iterator[Beat]:  # type: ignore[type-arg]
    names, codes = _declared(tokens)
    if not names:
        raise BadInput(f"{path}: not a readable .vcd file (it declares no signals); dump it whole.")
    stream = stream_of(str(path), names, signal)
    clock = codes[_clock(path, names, stream)]
    wires = {what: codes[at] for what, at in stream.items()}
    before: Values = {}  # the values until the time that is being read
    now: Values = {}
    for token in tokens:
        if token.kind is TokenKind.CHANGE_TIME:
            if _rises(clock, before, now) and _is_beat(wires, before):
                yield _beat(path, wires, before, sizes)
            before.update(now)
            now.clear()
        elif token.kind is TokenKind.CHANGE_SCALAR:
            now[token.scalar_change.id_code] = token.scalar_change.value
        elif token.kind is TokenKind.CHANGE_VECTOR:
            change = token.vector_change
            value = change.value
            now[change.id_code] = value if isinstance(value, str) else f"{value:b}"
    if _rises(clock, before, now) and _is_beat(wires, before):
        yield _beat(path, wires, before, sizes)


def _declared(tokens: Iterator) -> tuple[list[str], list[str]]:  # type: ignore[type-arg]
    """Names with their hierarchy, and identifiers; a net that several levels see is there once."""
    scopes: list[str] = []
    found: dict[str, str] = {}  # name by identifier, the shortest
    for token in tokens:
        if token.kind is TokenKind.SCOPE:
            scopes.append(token.scope.ident)
        elif token.kind is TokenKind.UPSCOPE:
            scopes[-1:] = []
        elif token.kind is TokenKind.VAR:
            name = _name(scopes, token.var)
            known = found.get(token.var.id_code)
            if known is None or len(name) < len(known):
                found[token.var.id_code] = name
        elif token.kind is TokenKind.ENDDEFINITIONS:
            break
    return list(found.values()), list(found)


def _name(scopes: list[str], var: VarDecl) -> str:
    return ".".join([*scopes, var.reference.strip()])


def _clock(path: Path, names: list[str], stream: Stream) -> int:
    """The clock that shares most of the hierarchy with the data."""
    levels = names[stream[DATA]].split(".")[:-1]
    clocks = [
        at
        for at, name in enumerate(names)
        if name.rpartition(".")[2].partition("[")[0].lower().endswith(CLOCKS)
    ]
    if not clocks:
        raise BadInput(
            f"{path}: has no signal whose name ends with {', '.join(CLOCKS)}; dump the clock of "
            f"{names[stream[DATA]]} too."
        )

    def shared(at: int) -> int:
        pairs = zip(names[at].split(".")[:-1], levels, strict=False)
        return sum(1 for mine, its in pairs if mine == its)

    return max(clocks, key=shared)


def _rises(clock: str, before: Values, now: Values) -> bool:
    return before.get(clock) == "0" and now.get(clock) == "1"


def _is_beat(wires: dict[str, str], values: Values) -> bool:
    flags = [values.get(wires[name]) for name in ("TVALID", "TREADY") if name in wires]
    return all(value is not None and value.lstrip("0") == "1" for value in flags)


def _beat(path: Path, wires: dict[str, str], values: Values, sizes: Sizes) -> Beat:
    beside = [
        _digits(path, values.get(wires[name], "x"), name, digits) if name in wires else None
        for name, digits in zip(BESIDE, sizes.beside, strict=True)
    ]
    return Beat(_digits(path, values.get(wires[DATA], "x"), DATA, sizes.data), *beside)


def _digits(path: Path, binary: str, what: str, digits: int) -> bytes:
    """Binary digits as so many hexadecimal ones; a digit with an X or Z bit is X."""
    fill = "0" if binary[0] in "01" else binary[0]
    bits = binary.rjust(-(-max(len(binary), 4 * digits) // 4) * 4, fill)
    nibbles = [bits[at : at + 4] for at in range(0, len(bits), 4)]
    text = "".join(f"{int(n, 2):x}" if set(n) <= {"0", "1"} else "x" for n in nibbles)
    found = word(text.encode(), digits)
    if found is None:
        raise BadInput(f"{path}: a value of {what} exceeds {4 * digits} bits; dump the stream.")
    return found
