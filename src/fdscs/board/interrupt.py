"""An interrupt of PYNQ, waited for from ordinary code, with a time limit."""

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import Any

from fdscs.board.errors import BoardError


class Interrupt:
    """`pynq.Interrupt`, whose coroutine runs in a thread and an event loop of its own.

    So it works in notebooks too, whose own loop is busy.
    """

    def __init__(self, pynq: Any, pin: str) -> None:
        """`pin` is the block design's, as `accelerator/irq`; raises BoardError without it."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name=f"fdscs {pin}", daemon=True)
        self._thread.start()
        self._waiting: asyncio.Task[None] | None = None
        try:
            self._interrupt = self._done(self._made(pynq, pin))
        except Exception as error:  # PYNQ raises several: no pin, no controller, no UIO device
            self.close()
            raise BoardError(
                f"interrupt {pin}: PYNQ does not give it ({error}); open the board without "
                "interrupts."
            ) from error

    def wait(self, seconds: float) -> bool:
        """Whether it comes within `seconds`. One that comes later ends the next wait."""
        return bool(self._done(self._within(seconds)))

    def close(self) -> None:
        """End the thread."""
        self._done(self._given_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)  # PYNQ asks for the thread's
        self._loop.run_forever()

    def _done(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _made(self, pynq: Any, pin: str) -> Any:
        return pynq.Interrupt(pin)

    async def _within(self, seconds: float) -> bool:
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(self._come())
        done, _ = await asyncio.wait({self._waiting}, timeout=max(seconds, 0))
        if done:
            waiting, self._waiting = self._waiting, None
            waiting.result()
        return bool(done)

    async def _given_up(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.wait({self._waiting})

    async def _come(self) -> None:
        await self._interrupt.wait()
