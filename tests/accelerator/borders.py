"""What the accelerator's borders make of an image's beats, whatever they are: the rule."""

import numpy as np

from fdscs.hardware.ports import Ports
from tests.accelerator.rtl.board import Beats, Pixels

SIZE = (6, 16)  # of the images
VIDEO, DMA = Ports(), Ports(tlast="frame")
EARLY, LONG, ROW, LOST = 2, 4, 8, 16  # of the register ERRORS, of the left image


def pictures(count: int, size: tuple[int, int] = SIZE, seed: int = 0) -> list[Pixels]:
    return list(np.random.default_rng(seed).integers(1, 256, (count, *size, 3), np.uint8))


class Border:
    """What a border makes of beats by its rule: frames, and the faults it finds."""

    def __init__(self, beats: Beats, ports: Ports) -> None:
        self.count, self.columns = SIZE[0] * SIZE[1], SIZE[1]
        self.frames: list[Pixels] = []
        self.errors = 0
        self.frame: list[int] = []
        (self.transfers if ports.tlast == "frame" else self.video)(beats)

    def video(self, beats: Beats) -> None:
        """TUSER begins a frame, TLAST ends a row."""
        dropped: int | None = 0
        known = False
        for data, user, last in beats.tolist():
            if dropped is not None:
                if not user:
                    dropped += 1
                    if dropped == self.count:
                        dropped = 0
                        self.lose(known)
                    continue
                self.lose(known and self.half(dropped))
                dropped, known = None, True
            elif user and self.frame:
                self.errors |= EARLY
                self.end()
            elif not user and not self.frame:
                self.errors |= LONG
                dropped = 1
                continue
            self.frame.append(data)
            self.errors |= ROW if last != (len(self.frame) % self.columns == 0) else 0
            if len(self.frame) == self.count:
                self.end()

    def transfers(self, beats: Beats) -> None:
        """TLAST ends a frame."""
        dropped: int | None = None
        for data, _, last in beats.tolist():
            if dropped is not None:
                half = self.half(dropped)
                dropped += 1
                self.lose(dropped == self.count or (bool(last) and half))
                dropped = None if last else dropped % self.count
                continue
            self.frame.append(data)
            full = len(self.frame) == self.count
            if full and not last:
                self.errors |= LONG
                dropped = 0
            if last and not full:
                self.errors |= EARLY
            if full or last:
                self.end()

    def half(self, dropped: int) -> bool:
        """Whether half the rows of a frame are dropped."""
        return dropped // self.columns >= SIZE[0] // 2

    def lose(self, lost: bool) -> None:
        if lost:
            self.errors |= LOST
            self.end()

    def end(self) -> None:
        data = np.array(self.frame + [0] * (self.count - len(self.frame)), np.uint32)
        pixels = np.stack([data >> shift & 255 for shift in (0, 8, 16)], 1).astype(np.uint8)
        self.frames.append(pixels.reshape(*SIZE, 3))
        self.frame.clear()


def harmed(beats: Beats, rng: np.random.Generator) -> Beats:
    """Beats lost, repeated and marked wrongly, in all but the last two frames."""
    frame = SIZE[0] * SIZE[1]
    for _ in range(int(rng.integers(1, 5))):
        most = len(beats) - 2 * frame
        at = int(rng.integers(0, most))
        length = int(rng.integers(1, 4) if rng.integers(2) else rng.integers(1, 2 * frame))
        some = slice(at, min(at + length, most))
        match int(rng.integers(3)):
            case 0:
                beats = np.delete(beats, some, 0)
            case 1:
                beats = np.concatenate([beats[: some.stop], beats[some.start :]])
            case _:
                beats = beats.copy()
                beats[at, int(rng.integers(1, 3))] ^= 1
    return beats
