"""The accelerator and its DMAs as one machine: begun anew, and asked which stage does not go on."""

import time

from fdscs.board.description import Description
from fdscs.board.dma import TO_MEMORY, TO_STREAM, Channel, Registers
from fdscs.board.errors import BoardError
from fdscs.board.interrupt import Interrupt
from fdscs.board.registers import Accelerator
from fdscs.board.waiting import until
from fdscs.hardware.registers import FAULT, FRAME_ENDED, RESTART, RESTARTING, size_word

ENABLED = FRAME_ENDED | FAULT  # of INTERRUPT_ENABLE: 0 after a reset, which betrays one
RESTART_SECONDS = 0.1  # 128 cycles of any clock, and a slow processor
LOST = "frames in flight are lost, the next begins anew"


class Machine:
    """Accelerator, a DMA for each image, and one for the disparity."""

    def __init__(self, description: Description, registers: dict[str, Registers]) -> None:
        """`registers` of each cell; nothing is written before `restart`."""
        self.description = description
        self.accelerator = Accelerator(registers[description.accelerator])
        left, right = registers[description.left], registers[description.right]
        self.images = (
            Channel("left image", left, TO_STREAM), Channel("right image", right, TO_STREAM),
        )  # fmt: skip
        self.disparity = Channel("disparity", left, TO_MEMORY)
        self.ended = 0  # frames taken since the last restart, as FRAMES counts

    def restart(self, size: tuple[int, int] | None) -> None:
        """Begin anew, with images of `size` if there is one; frames in flight are lost.

        The accelerator is restarted again when the DMAs are ready, which may have given it a few
        pixels or taken a few codes in between.
        """
        self.ended = 0
        self.accelerator.write("CONTROL", RESTART)
        for image in self.images:
            image.reset()
        self.disparity.start()
        self.accelerator.write("CONTROL", RESTART)
        deadline = time.monotonic() + RESTART_SECONDS
        if not until(lambda: not self.accelerator.read("STATUS") & RESTARTING, deadline):
            raise BoardError(
                "accelerator: it does not come out of its restart; its clock stands still: load "
                "the bitstream again."
            )
        if size is not None:
            self.write_size(size)
        self.accelerator.write("ERRORS", 0xFFFFFFFF)
        self.accelerator.write("INTERRUPTS", 0xFFFFFFFF)
        self.accelerator.write("INTERRUPT_ENABLE", ENABLED)

    def write_size(self, size: tuple[int, int]) -> None:
        """Take images of `size`, rows and columns, from the next frame on."""
        self.accelerator.write("SIZE", size_word(*size))
        taken = self.accelerator.size("SIZE")
        if taken != size:
            raise BoardError(
                f"SIZE is {taken[0]}x{taken[1]} after {size[0]}x{size[1]} was written; load the "
                "bitstream again."
            )

    def counted(self) -> bool:
        """Whether the accelerator has ended the frame that is waited for."""
        return self.accelerator.read("FRAMES") > self.ended

    def await_transfer(self, channel: Channel, number: int, timeout: float, start: float) -> None:
        """Wait for the end of a transfer of frame `number`, until `timeout` seconds after `start`.

        Raises BoardError where it does not come, or came to a bad end.
        """
        ended = until(lambda: channel.ended or bool(self.stopped()), start + timeout)
        self.check_engines(number)
        if not ended:
            self.raise_late(number, timeout)

    def await_interrupt(
        self, interrupt: Interrupt, number: int, timeout: float, start: float
    ) -> None:
        """As `await_transfer`, for the interrupt at the end of frame `number`, which it clears."""
        while not self.counted():
            if not interrupt.wait(start + timeout - time.monotonic()):
                if not self.counted():
                    self.raise_late(number, timeout)
                raise BoardError(
                    f"frame {number}: interrupt: the frame has ended, but no interrupt came "
                    f"within {timeout:g} s; look at the wire of {self.description.interrupt}, or "
                    "open the board without interrupts."
                )
            self.accelerator.write("INTERRUPTS", ENABLED)
            if self.accelerator.read("ERRORS"):
                return
        # Before the count of the next frame is asked for: none between is missed.
        self.accelerator.write("INTERRUPTS", ENABLED)

    def stopped(self) -> list[Channel]:
        """The channels that something stopped."""
        return [each for each in (*self.images, self.disparity) if each.halted]

    def check_engines(self, number: int) -> None:
        """Raise BoardError if something stopped a DMA."""
        if stopped := self.stopped():
            self.check_reset(number)
            said = " and ".join(f"{each.name}: its DMA stopped: {each.fault}" for each in stopped)
            raise BoardError(f"frame {number}: {said}; {LOST}.")

    def check_frame(self, number: int, nbytes: int) -> None:
        """Raise BoardError unless the frame that has come has `nbytes`, and nothing was wrong."""
        self.check_reset(number)
        if errors := self.accelerator.errors():
            raise BoardError(f"frame {number}: the accelerator says: {errors}; {LOST}.")
        if (came := self.disparity.transferred) != nbytes:
            raise BoardError(
                f"frame {number}: disparity: {came} bytes came, {nbytes} are a frame; {LOST}."
            )
        if not self.counted():
            raise BoardError(
                f"frame {number}: accelerator: somebody restarted it, and what has come is another "
                f"frame's; {LOST}."
            )
        self.ended += 1

    def check_reset(self, number: int) -> None:
        """Raise BoardError if somebody reset the accelerator: it has forgotten what was written."""
        if self.accelerator.read("INTERRUPT_ENABLE") != ENABLED:
            raise BoardError(
                f"frame {number}: accelerator: it was reset in the middle of the frame; look for "
                f"who did that, such as another program that loads a bitstream; {LOST}."
            )

    def raise_late(self, number: int, timeout: float) -> None:
        """Raise BoardError that names the stage which frame `number` waits for."""
        self.check_reset(number)
        self.check_engines(number)
        waits = [image.name for image in self.images if not image.ended]
        if self.counted():
            stage = "disparity: the accelerator is done, but its DMA has not written all of it"
            advice = "look at the DMA's way to memory"
        elif waits:
            stage = f"{' and '.join(waits)}: not taken whole"
            advice = "look at the DMA's way from memory and the accelerator's clock"
        else:
            stage = "accelerator: it has both images, but has not finished the frame"
            advice = "look at its clock and at the way of the disparity to memory"
        said = self.accelerator.errors()
        raise BoardError(
            f"frame {number}: {stage} within {timeout:g} s{'; it says: ' + said if said else ''}; "
            f"{advice}; {LOST}."
        )
