"""The driver: frames in flight, one after the other, whatever happens to one of them."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.board.description import Description
from fdscs.board.dma import LENGTH_BITS, Registers
from fdscs.board.errors import BoardError
from fdscs.board.frame import Frame, Pixels, checked_size
from fdscs.board.interrupt import Interrupt
from fdscs.board.machine import Machine
from fdscs.board.selftest import VECTORS, self_test
from fdscs.storage.errors import BadInput

TIMEOUT = 2.0  # seconds: a frame takes less than a tenth of one
IN_FLIGHT = 2


class Board:
    """An accelerator that is ready for pairs. One thread may use it at a time."""

    def __init__(
        self, pynq: Any, bitstream: Path, description: Description,
        registers: dict[str, Registers], timeout: float, interrupts: bool,
    ) -> None:  # fmt: skip
        """As `fdscs.board.open` makes it; `registers` of each cell. `prepare` makes it ready."""
        self.description, self.timeout = description, timeout
        self._pynq, self._bitstream = pynq, bitstream
        self._machine = Machine(description, registers)
        self._interrupt = Interrupt(pynq, description.interrupt) if interrupts else None
        self._lock = Lock()
        self._size: tuple[int, int] | None = None
        self._frames: list[Frame] = []
        self._flying: deque[Frame] = deque()
        self._started = 0  # frames, since it was opened
        self._closed = False

    def __enter__(self) -> "Board":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __call__(self, left: Pixels, right: Pixels) -> NDArray[np.float32]:
        """Disparity in px, float32 (H, W), of rectified uint8 (H, W, 3)."""
        return self.pixels(self.codes(left, right))

    def codes(self, left: Pixels, right: Pixels) -> NDArray[Any]:
        """Disparity as the accelerator's integers, (H, W); see `pixels`."""
        self.start(left, right)
        return self.result()

    def pixels(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Codes as disparity in px."""
        return codes.astype(np.float32) / np.float32(1 << self.description.fraction)

    def batch(self, pairs: Iterable[tuple[Pixels, Pixels]]) -> Iterator[NDArray[np.float32]]:
        """Disparity of each pair, in order, with two frames in flight.

        Pairs of another size wait until those before are done.
        """
        for left, right in pairs:
            size = checked_size(left, right)
            while self._flying and (len(self._flying) == IN_FLIGHT or size != self._size):
                yield self.pixels(self.result())
            self.start(left, right)
        while self._flying:
            yield self.pixels(self.result())

    def self_test(self, vectors: Path | str | None = None) -> str:
        """Hold golden vectors, by default the kit's, against what comes: "bit-exact: …".

        Raises BoardError that names the first pixel that differs.
        """
        return self_test(self, Path(vectors or self._bitstream.with_name(VECTORS)))

    def start(self, left: Pixels, right: Pixels) -> None:
        """Give a pair to the accelerator and return when its DMAs have begun; see `result`.

        At most two frames are in flight; the second begins when the images of the first are taken.
        """
        with self._alone():
            size = checked_size(left, right)
            if len(self._flying) == IN_FLIGHT:
                raise BoardError(
                    f"{IN_FLIGHT} frames are in flight; take a result() before the next start()."
                )
            if size != self._size:
                self._resize(size)
            frame = self._frames[self._started % IN_FLIGHT]
            frame.fill(left, right)
            self._started += 1
            frame.number = self._started
            with self._recovering():
                self._send(frame)

    def result(self) -> NDArray[Any]:
        """Codes, (H, W), of the frame that was started first; it waits for them.

        Raises BoardError, which names the stage that does not go on, and drops all frames in
        flight; the next start() begins anew.
        """
        with self._alone():
            if not self._flying:
                raise BoardError("no frame is in flight; start() one before its result().")
            with self._recovering():
                frame = self._flying[0]
                self._receive(frame)
                self._flying.popleft()
                if self._flying:
                    self._machine.disparity.transfer(self._flying[0].disparity)
            return frame.codes()

    def interval(self) -> float:
        """Seconds between the ends of the last two frames, by the accelerator's own clock."""
        return self._machine.accelerator.read("INTERVAL") / (1e6 * self.description.clock)

    def prepare(self) -> None:
        """Check that the bitstream is the kit's, and make all ready; `fdscs.board.open` does."""
        self._machine.accelerator.check(self.description)
        self._restart()

    def close(self) -> None:
        """Stop everything and give memory back; a closed board takes no more pairs."""
        if self._closed:
            return
        self._closed = True
        if self._interrupt is not None:
            self._interrupt.close()
        try:
            if self._size is not None:  # or nothing was ever begun
                self._restart()  # before memory is given back that a DMA might write to
        finally:
            self._free()

    def _send(self, frame: Frame) -> None:
        """Begin the transfers of a frame, once the images before it are taken."""
        machine, start = self._machine, time.monotonic()
        if self._flying:
            for image in machine.images:
                machine.await_transfer(image, frame.number, self.timeout, start)
        else:
            machine.disparity.transfer(frame.disparity)
        for image, buffer in zip(machine.images, (frame.left, frame.right), strict=True):
            image.transfer(buffer)
        self._flying.append(frame)

    def _receive(self, frame: Frame) -> None:
        """Wait for the frame's disparity and check that it is whole."""
        machine, start = self._machine, time.monotonic()
        if self._interrupt is not None:
            machine.await_interrupt(self._interrupt, frame.number, self.timeout, start)
        machine.await_transfer(machine.disparity, frame.number, self.timeout, start)
        machine.check_frame(frame.number, frame.disparity.nbytes)

    def _resize(self, size: tuple[int, int]) -> None:
        """Take images of another size from the next frame on."""
        if self._flying:
            raise BoardError(
                f"images of {size[0]}x{size[1]} while frames of another size are in flight; take "
                "their result() first."
            )
        self._check_limits(size)
        self._free()
        self._size = None
        description = self.description
        self._frames = [
            Frame(self._pynq, size, description.colours, description.code_bytes)
            for _ in range(IN_FLIGHT)
        ]
        with self._recovering():
            self._machine.write_size(size)
        self._size = size

    def _check_limits(self, size: tuple[int, int]) -> None:
        """Raise BadInput for a size that the accelerator or a DMA does not take."""
        accelerator = self._machine.accelerator
        least, most = accelerator.size("LEAST"), accelerator.size("MOST")
        fits = all(low <= each <= high for low, each, high in zip(least, size, most, strict=True))
        if not fits or 4 * size[0] * size[1] >= 1 << LENGTH_BITS:
            raise BadInput(
                f"images of {size[0]}x{size[1]}: this accelerator takes {least[0]}x{least[1]} to "
                f"{most[0]}x{most[1]}, and fewer than {1 << LENGTH_BITS - 2} pixels; give others, "
                "or make a kit with --max-columns."
            )

    def _restart(self) -> None:
        self._flying.clear()
        self._machine.restart(self._size)

    @contextmanager
    def _recovering(self) -> Iterator[None]:
        """Begin anew after whatever goes wrong, so that the next frame is as the first."""
        try:
            yield
        except BaseException:
            self._restart()
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Raise BoardError where another thread is at work, or the board is closed."""
        if not self._lock.acquire(blocking=False):
            raise BoardError(
                "another thread is using this board; give each frame from one thread, or share a "
                "lock."
            )
        try:
            if self._closed:
                raise BoardError("the board is closed; open it again.")
            yield
        finally:
            self._lock.release()

    def _free(self) -> None:
        for frame in self._frames:
            frame.free()
        self._frames = []
