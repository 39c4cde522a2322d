"""Captures with other names, several streams, side signals; waveforms; arrays of drivers."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from fdscs.storage.errors import BadInput
from fdscs.vectors.dumps import Dump, read_dump
from fdscs.vectors.words import Lanes
from tests.vectors.test_dumps import CODES, DAT, ENTRY, HEX, TRANSACTIONS, entry_for, samples

BEATS = [line.split() for line in DAT.splitlines()]  # TDATA TKEEP TUSER TLAST
SIDE = "m_tdata[15:0],m_tvalid,m_tready,m_tkeep[1:0],m_tuser,m_tlast"
Read = Callable[..., Dump]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a dump of CODES from text, by its suffix."""

    def run(suffix: str, content: str | bytes, signal: str | None = None) -> Dump:
        path = tmp_path / f"x.{suffix}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_dump(path, ENTRY, signal)

    return run


def capture(names: str, rows: list[str]) -> str:
    radices = ",".join("HEX" for _ in names.split(","))
    lines = [f"Sample in Buffer,{names}", f"Radix - UNSIGNED,{radices}"]
    return "\n".join([*lines, *(f"{k},{row}" for k, row in enumerate(rows))]) + "\n"


def with_side(change: Callable[[list[str]], list[str]] = lambda beat: beat) -> str:
    rows = (change(list(beat)) for beat in BEATS)
    return capture(SIDE, [f"{d},1,1,{keep},{user},{last}" for d, keep, user, last in rows])


def test_side_signals_of_a_capture_are_compared(read: Read) -> None:
    dump = read("csv", with_side())
    assert np.array_equal(dump.codes, CODES) and (dump.fault, dump.not_compared) == (None, ())


@pytest.mark.parametrize(("change", "faults"), [
    (lambda b: [*b[:3], "0"], ["word 5 (y0, x2) has the wrong TLAST"]),
    (lambda b: [*b[:2], "0", b[3]], ["word 0 (y0, x0) has the wrong TUSER"]),
    (lambda b: [b[0], "1", "0", "0"], ["word 0 (y0, x0) has the wrong TKEEP", "wrong TUSER",
                                       "word 5 (y0, x2) has the wrong TLAST"]),
])  # fmt: skip
def test_what_hangs_a_dma(read: Read, change: Callable, faults: list[str]) -> None:
    dump = read("csv", with_side(change))
    assert np.array_equal(dump.codes, CODES) and dump.words == 6
    assert dump.fault is not None and all(fault in dump.fault for fault in faults)


def test_some_side_signals_are_not_there(read: Read) -> None:
    text = "\n".join(line.rpartition(",")[0] for line in with_side().splitlines()) + "\n"
    dump = read("csv", text)
    assert (dump.fault, dump.not_compared) == (None, ("TLAST",))
    text = capture("m_tdata[15:0],m_tlast", [f"{d},{last}" for d, _, _, last in BEATS])
    assert read("csv", text).not_compared == ("TKEEP", "TUSER")
    dump = read("csv", text.replace("001b,1", "001b,0"))
    assert dump.fault == "word 5 (y0, x2) has the wrong TLAST, which ends each row"


def test_a_probe_of_another_name(read: Read) -> None:
    rows = [f"{d},1" for d, *_ in BEATS]
    text = capture("u_top/dout[15:0],u_top/dout_vld", [*rows[:2], "ffff,0", *rows[2:]])
    with pytest.raises(BadInput, match=r"line 1: none has tdata in its name .*--signal NAME\.$"):
        read("csv", text)
    for signal in ("u_top/dout", "dout", "u_top/dout[15:0]"):
        assert np.array_equal(read("csv", text, signal).codes, CODES), signal


def test_one_stream_of_several(read: Read) -> None:
    names = "s_tdata[15:0],s_tvalid,s_tready,m_tdata[15:0],m_tvalid,m_tready"
    text = capture(names, [f"0000,{k % 2},0,{beat[0]},1,1" for k, beat in enumerate(BEATS)])
    with pytest.raises(BadInput, match=r"several have tdata .*such as --signal m_tdata\.$"):
        read("csv", text)
    assert np.array_equal(read("csv", text, "m_tdata").codes, CODES)
    assert read("csv", text, "s_tdata").words == 0


def test_negative_numbers_are_those_of_the_column(read: Read) -> None:
    """Of 10 bits in the capture, 0x3c1 is −63."""
    values = [int(beat[0], 16) for beat in BEATS]
    rows = [str(v - 1024 if v > 511 else v) for v in values]
    text = capture("m_tdata[9:0]", rows).replace("HEX", "SIGNED")
    assert np.array_equal(read("csv", text).codes, CODES)
    with pytest.raises(BadInput, match=r"line 3, column 2 \(m_tdata\[9:0\]\): '-513' is no value"):
        read("csv", text.replace(rows[0], "-513", 1))


def vcd(side: bool = True, clock: str = "aclk", data: str = "m_tdata") -> str:
    """Beats with a pause after each; every signal changes just after the rising edge."""
    text = io.StringIO()
    wires = [("c", 1, clock), ("d", 16, data), ("v", 1, "m_tvalid"), ("r", 1, "m_tready")]
    wires += [("k", 2, "m_tkeep"), ("u", 1, "m_tuser"), ("l", 1, "m_tlast")] if side else []
    text.write("$timescale 1ns $end\n$scope module tb $end\n$scope module dut $end\n")
    for code, bits, name in wires:
        text.write(f"$var wire {bits} {code} {name}{f' [{bits - 1}:0]' if bits > 1 else ''} $end\n")
    text.write("$upscope $end\n$var wire 16 d copy_of_tdata $end\n$upscope $end\n")
    text.write("$enddefinitions $end\n$dumpvars\n0c\nbx d\n0v\n1r\n$end\n")
    beats = [beat for each in BEATS for beat in (each, None)]
    for k, beat in enumerate([*beats, None]):
        text.write(f"#{10 * k + 5}\n1c\n")
        if beat is None:
            text.write("0v\nbx d\n")
        else:
            word, keep, user, last = beat
            text.write(f"1v\nb{int(word, 16):b} d\n")
            text.write(f"b{int(keep, 16):b} k\n{user}u\n{last}l\n" if side else "")
        text.write(f"#{10 * k + 10}\n0c\n")
    return text.getvalue()


def test_value_change_dumps(read: Read) -> None:
    pytest.importorskip("vcd", reason="pyvcd is not installed")
    dump = read("vcd", vcd())
    assert np.array_equal(dump.codes, CODES)
    assert (dump.words, dump.undefined, dump.fault, dump.not_compared) == (6, None, None, ())
    assert read("vcd", vcd(side=False)).not_compared == ("TKEEP", "TUSER", "TLAST")
    assert read("vcd", vcd().replace("1l\n", "0l\n")).fault == (
        "word 5 (y0, x2) has the wrong TLAST, which ends each row"
    )
    undefined = read("vcd", vcd().replace("b1111000001 d", "b11110x0001 d"))
    assert undefined.undefined is not None and undefined.undefined.any()
    assert np.array_equal(read("vcd", vcd(data="m_data"), "m_data").codes, CODES)


@pytest.mark.parametrize(("text", "message"), [
    (vcd(clock="phase"), r"has no signal whose name ends with aclk, clk.*of tb\.dut\.m_tdata too"),
    (vcd(data="m_dout"), r"tb\.copy_of_tdata|none has tdata"),
    ("$scope module", r"not a readable \.vcd file|none has tdata"),
    ("what", r"not a readable \.vcd file"),
])  # fmt: skip
def test_dumps_that_hold_no_stream(read: Read, text: str, message: str) -> None:
    pytest.importorskip("vcd", reason="pyvcd is not installed")
    if "m_dout" in text:
        text = text.replace("copy_of_tdata", "copy")
    with pytest.raises(BadInput, match=message):
        read("vcd", text)


ARRANGED = {
    "channels last": CODES.transpose(1, 2, 0),
    "batch": CODES[None],
    "batch, channels last": CODES.transpose(1, 2, 0)[None],
}


@pytest.mark.parametrize("dtype", [np.int8, np.float32])
@pytest.mark.parametrize("case", ARRANGED)
def test_arrays_of_drivers(tmp_path: Path, case: str, dtype: type) -> None:
    array = np.ascontiguousarray(ARRANGED[case]).astype(dtype)
    np.save(tmp_path / "x.npy", array)
    assert np.array_equal(read_dump(tmp_path / "x.npy", ENTRY).codes, CODES)
    shape = "x".join(map(str, array.shape))
    path = tmp_path / f"x.{shape}.{array.dtype}.bin"
    array.tofile(path)
    assert np.array_equal(read_dump(path, ENTRY).codes, CODES)


def test_a_bin_without_its_shape(tmp_path: Path) -> None:
    CODES.tofile(tmp_path / "x.bin")
    with pytest.raises(BadInput, match=r"what shape and type it has; call it x\.1x1x3x3\.uint8\."):
        read_dump(tmp_path / "x.bin", ENTRY)
    CODES.tofile(tmp_path / "x.1x1x3x3.int16.bin")
    with pytest.raises(BadInput, match=r"has 9 bytes, 1x1x3x3 of int16 are 18; dump it whole"):
        read_dump(tmp_path / "x.1x1x3x3.int16.bin", ENTRY)


def test_real_values_are_told_how_to_become_codes(tmp_path: Path) -> None:
    entry = entry_for(Lanes(1, 1, 8, False), 2, 2)
    object.__setattr__(entry, "frac", 6)
    np.save(tmp_path / "x.npy", np.full((1, 2, 2), 1.5, np.float32))
    with pytest.raises(BadInput, match=r"value 1\.5 at \(c0, y0, x0\) .*multiply them by 2\^6\.$"):
        read_dump(tmp_path / "x.npy", entry)


def mutations(content: bytes, count: int) -> Iterator[bytes]:
    """`content` with bytes changed, cut, doubled or taken from it elsewhere."""
    rng = np.random.default_rng(len(content))
    for _ in range(count):
        changed = bytearray(content)
        for _ in range(rng.integers(1, 4)):
            at, end = sorted(rng.integers(0, len(changed) + 1, 2))
            match rng.integers(4):
                case 0:
                    changed[at : at + 1] = rng.integers(0, 256, 1, dtype=np.uint8).tobytes()
                case 1:
                    del changed[at : min(end, at + 20)]
                case 2:
                    changed[at:at] = changed[at : min(end, at + 20)]
                case _:
                    changed[at : at + 1] = rng.choice(list(b"0123xX@/*_,;\n $#bz[]-")).tobytes()[:1]
        yield bytes(changed)


KINDS = {
    "csv": with_side(),
    "hex": "/* a */ @0 " + HEX.replace("\n", " ", 2) + "// b\n",
    "dat": TRANSACTIONS,
    "vcd": vcd(),
    "1x1x3x3.float32.bin": np.ascontiguousarray(CODES.transpose(1, 2, 0)[None], "f4").tobytes(),
}


@pytest.mark.parametrize("count", [60, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("suffix", KINDS)
def test_anything_is_read_or_refused_in_one_sentence(
    tmp_path: Path, suffix: str, count: int
) -> None:
    if suffix == "vcd":
        pytest.importorskip("vcd", reason="pyvcd is not installed")
    content = KINDS[suffix]
    path = tmp_path / f"x.{suffix}"
    for changed in mutations(content if isinstance(content, bytes) else content.encode(), count):
        path.write_bytes(changed)
        try:
            dump = read_dump(path, ENTRY)
        except BadInput as error:
            said = str(error)
            assert said.startswith(str(path)) and said.endswith(".") and "\n" not in said, said
        else:
            assert dump.codes.shape == CODES.shape


def test_samples_of_the_other_tests_have_no_side_signals(read: Read) -> None:
    assert read("csv", samples(*(f"{beat[0]},1,1" for beat in BEATS))).not_compared
