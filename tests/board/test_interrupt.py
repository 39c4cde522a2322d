"""PYNQ's coroutine for interrupts, waited for with a limit, in a thread of its own."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from fdscs.board.errors import BoardError
from fdscs.board.interrupt import Interrupt


class Pin:
    """As `pynq.Interrupt`, raised from any thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.loop = asyncio.get_running_loop()
        self.event = asyncio.Event()

    def rise(self) -> None:
        self.loop.call_soon_threadsafe(self.event.set)

    async def wait(self) -> None:
        await self.event.wait()
        self.event.clear()


def test_one_that_comes_and_one_that_does_not() -> None:
    interrupt = Interrupt(SimpleNamespace(Interrupt=Pin), "accelerator/irq")
    pin = interrupt._interrupt
    assert pin.name == "accelerator/irq"
    assert not interrupt.wait(0.01)
    pin.rise()
    assert interrupt.wait(60)
    assert not interrupt.wait(0)
    pin.rise()
    assert interrupt.wait(60)  # what was begun before goes on
    interrupt.close()


def test_closed_while_it_waits(capfd: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    interrupt = Interrupt(SimpleNamespace(Interrupt=Pin), "accelerator/irq")
    assert not interrupt.wait(0.01)
    interrupt.close()
    del interrupt
    assert threading.active_count() == before
    assert capfd.readouterr().err == ""


async def busy() -> bool:
    """A notebook's loop is running already."""
    interrupt = Interrupt(SimpleNamespace(Interrupt=Pin), "accelerator/irq")
    interrupt._interrupt.rise()
    came = interrupt.wait(60)
    interrupt.close()
    return came


def test_within_a_running_loop() -> None:
    assert asyncio.run(busy())


def test_a_pin_that_is_not_there() -> None:
    def missing(pin: str) -> None:
        raise ValueError(f"No Pin of name {pin} found")

    before = threading.active_count()
    with pytest.raises(BoardError, match=r"interrupt a/irq: PYNQ does not give it .No Pin of name"):
        Interrupt(SimpleNamespace(Interrupt=missing), "a/irq")
    assert threading.active_count() == before
