"""Files that came back: read as they were written, and refused where they are none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fdscs.storage.errors import BadInput
from fdscs.vectors.dumps import read_dump
from fdscs.vectors.index import Entry, read_index
from fdscs.vectors.readmem import hex_blocks
from fdscs.vectors.words import Lanes, as_tensor, beat_lines, hex_lines, pack

CODES = np.array([[1, -16, 3], [-2, 0, 4], [15, 7, -5]], np.int8).reshape(3, 1, 3)
HEX = "3c1\n00f\n010\n007\n083\n01b\n"  # CODES in lanes of two
DAT = "03c1 3 1 0\n000f 3 0 0\n0010 3 0 0\n0007 3 0 0\n0083 3 0 0\n001b 3 0 1\n"
HEADER = "Sample in Buffer,Sample in Window,TRIGGER,s_tdata[15:0],s_tvalid,s_tready\n"
RADIX = "Radix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX,HEX\n"
Read = Callable[[str, str], object]
TRANSACTIONS = (
    "[[[runtime]]]\n[[transaction]] 0\n"
    + "".join(f"0x{line.split()[0]}\n" for line in DAT.splitlines())
    + "[[/transaction]]\n[[[/runtime]]]\n"
)


def entry_for(layout: Lanes, rows: int, columns: int) -> Entry:
    shape = [layout.channels, rows, columns]
    words = rows * columns * layout.words_per_pixel
    return Entry(
        "x", "tensor", "Concat", shape, *shape, layout.bits, layout.signed, 0, layout.lanes,
        layout.word_bits, layout.words_per_pixel, words, {},
    )  # fmt: skip


ENTRY = entry_for(Lanes(3, 2, 5, True), 1, 3)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read text as a dump of CODES, by its suffix."""

    def run(suffix: str, text: str | bytes) -> object:
        path = tmp_path / f"x.{suffix}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_dump(path, ENTRY)

    return run


def test_the_text_above_is_what_is_written() -> None:
    words = pack(CODES, ENTRY.layout)
    assert hex_lines(words, ENTRY.layout).decode() == HEX
    assert beat_lines(words, ENTRY.layout, 3, True).decode() == DAT


VARIANTS = {
    "as written": ("hex", HEX),
    "comments": ("hex", f"// 0x00000000\n\n{HEX}// end\n".replace("00f", "00f // second")),
    "upper case": ("hex", HEX.upper()),
    "carriage returns": ("hex", HEX.replace("\n", "\r\n")),
    "carriage returns and comments": ("hex", f"// x\r\n{HEX}\n".replace("\n", "\r\n")),
    "no end of line": ("hex", HEX.rstrip()),
    "underscores": ("hex", HEX.replace("3c1", "3_c1")),
    "blanks": ("hex", HEX.replace("3c1", "\t3c1  ")),
    "more digits": ("hex", HEX.replace("3c1", "000003c1")),
    "addresses": ("hex", f"@0\n{HEX}".replace("010", "@2\n010")),
    "several words a line": ("hex", HEX.replace("\n", " ", 3)),
    "comments of both kinds": ("hex", "/* 111\n222 */" + HEX.replace("00f", "00f//1\n/*3*/", 1)),
    "fewer digits": ("hex", HEX.replace("00f", "f").replace("010", "_10")),
    "words in another order": ("hex", "@2 010 007 @0_0\n3c1 00f\n@4\n" + HEX[16:]),
    "a word twice": ("hex", f"0\n@0\n{HEX}"),
    "old line ends": ("hex", HEX.replace("\n", "\r")),
    "transactions": ("dat", TRANSACTIONS),
    "transactions without end": ("dat", TRANSACTIONS[: TRANSACTIONS.index("[[/")] + "0x0"),
    "beats": ("dat", DAT),
    "beats in columns": ("dat", DAT.replace(" ", "   ")),
    "beats without end of line": ("dat", DAT.rstrip()),
}


@pytest.mark.parametrize("case", VARIANTS)
def test_what_simulators_write(read: Read, case: str) -> None:
    dump = read(*VARIANTS[case])
    assert np.array_equal(dump.codes, CODES) and dump.codes.dtype == np.int8
    assert (dump.words, dump.undefined, dump.fault) == (6, None, None)


@pytest.mark.parametrize(("text", "words"), [
    ("", 0), ("3c1\n00f\n", 2), ("3c1\n00f\n0", 2), ("3c1\n00f\n010", 3), (HEX + HEX, 12),
])  # fmt: skip
def test_too_few_and_too_many_words(read: Read, text: str, words: int) -> None:
    dump = read("hex", text)
    assert dump.words == words
    known = min(words, 6) // 2  # pixels
    assert np.array_equal(dump.codes[..., :known], CODES[..., :known])
    assert not dump.codes[..., known + words % 2 :].any()


def test_a_beat_that_was_cut_off(read: Read) -> None:
    assert read("dat", DAT[: DAT.index("0010") + 7]).words == 2


@pytest.mark.parametrize("digit", "xXzZ")
def test_undefined_digits(read: Read, digit: str) -> None:
    """3c1 is lane 1 = 11110, lane 0 = 00001: the middle digit has bits of both."""

    def where(text: str) -> list[list[int]]:
        dump = read("hex", text)
        assert dump.undefined is not None and dump.undefined.shape == CODES.shape
        return np.argwhere(dump.undefined).tolist()

    assert where(HEX.replace("3c1", f"{digit}c1")) == [[1, 0, 0]]
    assert where(HEX.replace("3c1", f"3{digit}1")) == [[0, 0, 0], [1, 0, 0]]
    assert where(HEX.replace("3c1", f"3c{digit}")) == [[0, 0, 0]]
    assert where(HEX.replace("01b", digit * 3)) == [[2, 0, 2]]


FAULTS = {
    "hex": ("hex", HEX.replace("3c1", "7c1"), "word 0 (y0, x0) has padding that is not 0"),
    "lane": ("hex", HEX.replace("007", "027"), "word 3 (y0, x1) has padding that is not 0"),
    "undefined": ("hex", HEX.replace("007", "0x7"), "word 3 (y0, x1) has padding that is not 0"),
    "byte": ("dat", DAT.replace("0083", "0483"), "word 4 (y0, x2) has padding that is not 0"),
    "TKEEP": ("dat", DAT.replace("f 3", "f 1"), "word 1 (y0, x0) has the wrong TKEEP"),
    "no TUSER": ("dat", DAT.replace("3 1 0", "3 0 0"), "word 0 (y0, x0) has the wrong TUSER"),
    "TUSER": ("dat", DAT.replace("7 3 0", "7 3 1"), "word 3 (y0, x1) has the wrong TUSER"),
    "no TLAST": ("dat", DAT.replace("0 1\n", "0 0\n"), "word 5 (y0, x2) has the wrong TLAST"),
    "TLAST": ("dat", DAT.replace("f 3 0 0", "f 3 0 x"), "word 1 (y0, x0) has the wrong TLAST"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_goes_beside_the_codes(read: Read, case: str) -> None:
    suffix, text, fault = FAULTS[case]
    dump = read(suffix, text)
    assert dump.fault is not None and dump.fault.startswith(fault)


MALFORMED = {
    "letter": ("hex", HEX.replace("010", "0g0"), "line 3, column 1: '0g0' is not a word of 3"),
    "long": ("hex", HEX.replace("010", "1010"), "line 3, column 1: '1010' is not a word of 3"),
    "prefix": ("hex", HEX.replace("010", "0h010"), "line 3, column 1: '0h010' is not a word of"),
    "first": ("hex", "0x3c1\n", "x.hex, line 1, column 1: '0x3c1' is not a word of 3 hexadecimal"),
    "last": ("hex", HEX + "what", "x.hex, line 7, column 1: 'what' is not a word of 3"),
    "bytes": ("hex", b"\xff\xfe\n", "line 1, column 1: '\ufffd\ufffd' is not a word of 3"),
    "address": ("hex", "@7\n" + HEX, "line 1, column 1: address 7 is beyond the 6 words"),
    "no address": ("hex", HEX + " @0g\n", "x.hex, line 7, column 2: '@0g' is no address;"),
    "comment": ("hex", HEX + "/* what", "line 7, column 1: a comment that does not end; dump"),
    "late address": ("hex", HEX + "@0\n", "line 7, column 1: the address goes back; dump the"),
    "outside": ("dat", "[[[runtime]]]\n0x03c1\n", "line 2: '0x03c1' is outside a transaction"),
    "transaction": ("dat", TRANSACTIONS.replace("03c1", "13c1f"), "line 3: '0x13c1f' is no word"),
    "beat": ("dat", DAT.replace("010 3 0", "010 3"), "x.dat, line 3: '0010 3 0' is not TDATA of 4"),
    "beat digit": ("dat", DAT.replace("0 1\n", "0 ?\n"), "x.dat, line 6: '001b 3 0 ?' is not TDA"),
    "words as beats": ("dat", HEX, "x.dat, line 1: '3c1' is not TDATA of 4 digits, TKEEP of 1,"),
    "too long": ("hex", HEX * 5000, "x.hex: is 120000 bytes long, far more than 6 words of 10"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_text(read: Read, case: str) -> None:
    suffix, text, message = MALFORMED[case]
    with pytest.raises(BadInput) as raised:
        read(suffix, text)
    assert message in str(raised.value) and str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def samples(*rows: str) -> str:
    return HEADER + RADIX + "".join(f"{at},{at},0,{row}\n" for at, row in enumerate(rows))


BEATS = [f"{word.split()[0]},1,1" for word in DAT.splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        samples(*BEATS),
        samples("ffff,0,1", BEATS[0], "0bad,1,0", *BEATS[1:], "ffff,0,0"),
        samples(*(beat[:4] for beat in BEATS)).replace(",s_tvalid,s_tready", "").replace(
            "HEX,HEX,HEX", "HEX"
        ),
        samples(*(f"{int(beat[:4], 16)},1,1" for beat in BEATS)).replace("HEX,", "UNSIGNED,", 1),
        samples(*(f"{int(beat[:4], 16):b},1,1" for beat in BEATS)).replace("HEX,", "BINARY,", 1),
        samples(*(f"{beat},0" for beat in BEATS)).replace(
            "s_tready", "s_tready,m_tvalid"
        ).replace("HEX\n", "HEX,HEX\n"),
        "\ufeff" + samples(*BEATS).replace("\n", "\r\n"),
        samples(*(f"0x{beat}" for beat in BEATS)),
        samples(*BEATS).replace(",", ";"),
        samples(*(f"{int(beat[:4], 16)},1,1" for beat in BEATS)).replace(
            "HEX,", "SIGNED,", 1
        ),
        samples(*BEATS).replace("TRIGGER,", "TRIGGER,GAP,").replace(",0,", ",0,0,")
        + "9,9,0,1,xxxx,x,x\n",
    ],
    ids=["all", "beats", "data alone", "decimal", "binary", "two streams' flags", "Windows",
         "prefix", "semicolons", "signed", "gap"],
)  # fmt: skip
def test_captures(read: Read, text: str) -> None:
    dump = read("csv", text)
    assert np.array_equal(dump.codes, CODES)
    assert (dump.words, dump.undefined, dump.fault) == (6, None, None)
    assert dump.not_compared == ("TKEEP", "TUSER", "TLAST")


CAPTURES = {
    "empty": ("", "line 2, column 1: expected the radix of each column"),
    "no tdata": (samples(*BEATS).replace("tdata", "dout"), "none has tdata in its name (Sample"),
    "no radix": (samples(*BEATS).replace(RADIX, ""), "line 2, column 1: expected the radix"),
    "radix": (samples(*BEATS).replace("HEX", "FLOAT", 1), "line 2, column 4 (s_tdata[15:0]): the"),
    "columns": (samples(*BEATS, "1,1"), ", line 9: has 5 columns, the header 6;"),
    "flag": (samples(*BEATS, "0,x,1"), ", line 9, column 5 (s_tvalid): 'x' is neither 0 nor 1;"),
    "digit": (
        samples("03g1,1,1"),
        ", line 3, column 4 (s_tdata[15:0]): '03g1' is no value",
    ),
    "none": (samples(",1,1"), ", line 3, column 4 (s_tdata[15:0]): '' is no value of 16 bits"),
    "negative": (
        samples("-1,1,1").replace("HEX,", "UNSIGNED,", 1),
        "'-1' is no value of 16",
    ),
    "wide": (samples("103c1,1,1"), ", line 3, column 4 (s_tdata[15:0]): '103c1' is no value of 16"),
    "two tdata": (
        samples(*BEATS).replace("TRIGGER", "m_tdata"),
        "several have tdata in their name (m_",
    ),
    "quote": ('"' + HEADER, "line 2, column 1: expected the radix"),
    "bytes": (HEADER.encode() + b"\xff\xff", "not a readable .csv file"),
}


@pytest.mark.parametrize("case", CAPTURES)
def test_malformed_captures(read: Read, case: str) -> None:
    text, message = CAPTURES[case]
    with pytest.raises(BadInput) as raised:
        read("csv", text)
    said = str(raised.value)
    assert message in said and "x.csv" in said and said.endswith(".") and "\n" not in said


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.float32, np.float64])
def test_arrays(tmp_path: Path, dtype: type) -> None:
    np.save(tmp_path / "x.npy", CODES.astype(dtype))
    dump = read_dump(tmp_path / "x.npy", ENTRY)
    assert np.array_equal(dump.codes, CODES) and dump.words == 6


def test_an_array_may_be_wider_than_its_words(tmp_path: Path) -> None:
    entry = entry_for(Lanes(384, 384, 1, False), 16, 20)
    np.save(tmp_path / "x.npy", np.ones((384, 16, 20), np.int64))
    assert read_dump(tmp_path / "x.npy", entry).codes.all()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (CODES / np.float32(2), r"value 0\.5 at \(c0, y0, x0\) is no code; give integers"),
        (CODES * np.float32(np.nan), r"value nan at \(c0, y0, x0\) is no code"),
        (CODES.astype(np.uint64), r"holds uint64; save codes as integers"),
        (CODES.astype(np.complex64), r"holds complex64; save codes as integers"),
        (CODES.astype(object), r"not a readable \.npy file"),
        (CODES[:, :, :2], r"is of shape \[3, 1, 2\], x has \[3, 1, 3\]"),
        (CODES[0], r"is of shape \[1, 3\], x has \[3, 1, 3\]"),
    ],
)
def test_arrays_that_are_no_codes(tmp_path: Path, array: np.ndarray, message: str) -> None:
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(BadInput, match=rf"x\.npy: {message}"):
        read_dump(tmp_path / "x.npy", ENTRY)


@pytest.mark.parametrize("data", [b"", b"what", b"PK\x03\x04", b"\x93NUMPY\x01\x00v\x00{"])
def test_files_that_are_no_arrays(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.npy").write_bytes(data)
    with pytest.raises(BadInput, match=r"x\.npy: not a readable \.npy file"):
        read_dump(tmp_path / "x.npy", ENTRY)


def test_an_array_cut_short(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", CODES)
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:-1])
    with pytest.raises(BadInput, match=r"x\.npy: not a readable \.npy file"):
        read_dump(tmp_path / "x.npy", ENTRY)


def test_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.hex").mkdir()
    with pytest.raises(BadInput, match=r"x\.hex: no such file"):
        read_dump(tmp_path / "x.hex", ENTRY)


def test_chunks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of irregular form, in pieces of a few bytes: line numbers stay right."""
    monkeypatch.setattr("fdscs.vectors.text.CHUNK", 5)
    path = tmp_path / "x.hex"
    path.write_text(f"// first\n{HEX}".replace("00f", "00f // second\n"))
    assert np.array_equal(read_dump(path, ENTRY).codes, CODES)
    path.write_text(path.read_text().replace("007", "0?7"))
    with pytest.raises(BadInput, match=r"x\.hex, line 6, column 1: '0\?7'"):
        read_dump(path, ENTRY)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_any_tensor_comes_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    bits, signed = data.draw(st.integers(1, 32)), data.draw(st.booleans())
    channels, rows, columns, lanes = (data.draw(st.integers(1, most)) for most in (7, 3, 4, 9))
    layout = Lanes(channels, lanes, bits, signed)
    low = -(1 << (bits - 1)) if signed else 0
    rng = np.random.default_rng(data.draw(st.integers(0, 1 << 30)))
    codes = rng.integers(low, low + (1 << bits), (channels, rows, columns))
    words = pack(codes, layout)
    folder = tmp_path_factory.getbasetemp()
    (folder / "x.hex").write_bytes(hex_lines(words, layout))
    (folder / "x.dat").write_bytes(beat_lines(words, layout, columns, True))
    for suffix in ("hex", "dat"):
        dump = read_dump(folder / f"x.{suffix}", entry_for(layout, rows, columns))
        assert np.array_equal(dump.codes, codes)
        assert (dump.words, dump.undefined, dump.fault) == (len(words), None, None)


@given(
    st.sampled_from(["hex", "dat", "csv", "npy", "vcd", "1x3x3.uint8.bin"]),
    st.one_of(
        st.binary(max_size=60),
        st.text("0123 3abcfFxZ_@/\n\r\t,.g", max_size=60).map(str.encode),
        st.tuples(st.integers(0, 200), st.binary(max_size=3)).map(
            lambda cut: (samples(*BEATS).encode()[: cut[0]]) + cut[1]
        ),
    ),
)
@settings(deadline=None, max_examples=500)
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"x.{suffix}"
    path.write_bytes(data)
    try:
        dump = read_dump(path, ENTRY)
    except BadInput as error:
        assert str(error).startswith(str(path))
    else:
        assert dump.codes.shape == CODES.shape and dump.words <= len(data)


def test_every_file_of_a_set_reads_back(tiny_vectors: Path) -> None:
    for entry in read_index(tiny_vectors).tensors:
        expected = as_tensor(np.load(tiny_vectors / f"{entry.name}.npy"))
        for file in entry.files.values():
            dump = read_dump(tiny_vectors / file.name, entry)
            assert np.array_equal(dump.codes, expected), file.name
            assert (dump.words, dump.undefined, dump.fault) == (entry.words, None, None)


def test_regular_lines_are_read_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.hex").write_text(HEX)
    first, rest = hex_blocks(tmp_path / "x.hex", 3, 6)
    assert first[0].tolist() == [[3, 12, 1]] and rest[0].tolist()[-1] == [0, 1, 11]
