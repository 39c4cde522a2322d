"""Memory files as $readmemh reads them (IEEE 1364-2005, 17.2.9) and $writememh writes them."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fdscs.storage.errors import BadInput
from fdscs.vectors import text
from fdscs.vectors.beats import word
from fdscs.vectors.text import UNDEFINED, VALUE, Block, regular

TOKEN = re.compile(rb"//[^\n]*|/\*.*?\*/|/\*.*|\s+|(?:(?!//|/\*)\S)+", re.DOTALL)


def hex_blocks(path: Path, digits: int, words: int) -> Iterator[Block]:
    """The words of a file, from address 0 on; those that it leaves out are undefined.

    White space of any kind is between words, // and /* */ are comments, _ may be between digits, a
    word may have fewer digits or zeros ahead, @ and an address says where words go on. A last word
    that was cut off is no word. Raises BadInput, naming line and column, for anything else, and for
    addresses beyond `words`.
    """
    line, found = 1, 0
    with path.open("rb") as file:
        chunk = file.readline()  # alone, because it may be a comment
        while chunk:
            block = regular(chunk.replace(b"\r\n", b"\n"), [digits])
            if block is None and re.fullmatch(rb"\s*(//[^\n]*)?\n", chunk):
                block = [np.zeros((0, digits), np.uint8)]
            if block is None:
                yield _Memory(path, digits, words, found).read(chunk + file.read(), line)
                return
            yield block
            line += chunk.count(b"\n")
            found += len(block[0])
            chunk = file.read(text.CHUNK) + file.readline()


class _Memory:
    """What irregular text makes of a memory whose first words, `first`, are read already."""

    def __init__(self, path: Path, digits: int, words: int, first: int) -> None:
        self.path, self.digits, self.words, self.first = path, digits, words, first
        self.next = first
        self.runs: list[tuple[int, list[bytes]]] = [(first, [])]  # address of the first, words

    def read(self, content: bytes, line: int) -> Block:
        """The words from `first` on; `line` is the number of the first line of `content`."""
        start = 0  # of the line
        for token in TOKEN.finditer(content):
            part = token[0]
            if not part[:1].isspace() and not part.startswith(b"//"):
                where = f"{self.path}, line {line}, column {token.start() - start + 1}"
                self._take(where, part, last=token.end() == len(content))
            newlines = part.count(b"\n")
            if newlines:
                line += newlines
                start = token.start() + part.rindex(b"\n") + 1
        return self._block()

    def _take(self, where: str, part: bytes, last: bool) -> None:
        if part.startswith(b"/*"):
            if not part.endswith(b"*/") or len(part) < 4:
                raise BadInput(f"{where}: a comment that does not end; dump the file whole.")
        elif part.startswith(b"@"):
            self._go_to(where, part)
        else:
            self._add(where, part, last)

    def _go_to(self, where: str, part: bytes) -> None:
        said = part[1:].replace(b"_", b"")
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", said):
            raise BadInput(f"{where}: {_shown(part)} is no address; write @ and digits.")
        address = int(said, 16)
        if address > self.words:
            raise BadInput(
                f"{where}: address {address} is beyond the {self.words} words; dump from 0."
            )
        if address < self.first:
            raise BadInput(f"{where}: the address goes back; dump the words in their order.")
        self.next = address
        self.runs.append((address, []))

    def _add(self, where: str, part: bytes, last: bool) -> None:
        digits = part.replace(b"_", b"")
        if last and re.fullmatch(rb"[0-9a-fA-FxXzZ]*", digits) and len(digits) < self.digits:
            return  # cut off
        found = word(digits, self.digits)
        if found is None:
            raise BadInput(
                f"{where}: {_shown(part)} is not a word of {self.digits} hexadecimal digits; dump "
                "it as docs/vectors.md says."
            )
        self.runs[-1][1].append(found)
        self.next += 1

    def _block(self) -> Block:
        end = max(address + len(words) for address, words in self.runs)
        block = np.full((end - self.first, self.digits), UNDEFINED, np.uint8)
        for address, words in self.runs:
            at = address - self.first
            values = VALUE[np.frombuffer(b"".join(words), np.uint8)]
            block[at : at + len(words)] = values.reshape(-1, self.digits)
        return [block]


def _shown(part: bytes) -> str:
    return repr(part[:40].decode("ascii", "replace"))
