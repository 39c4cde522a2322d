"""What a shell offers for options whose values have names; files are offered by the shell."""

from collections.abc import Callable, Iterable

Complete = Callable[[str], list[str]]


def offering(names: Callable[[], Iterable[str]] | Iterable[str]) -> Complete:
    """Those of `names` that begin as what is typed; `names` may be a function that finds them."""

    def complete(incomplete: str) -> list[str]:
        found = names() if callable(names) else names
        return [name for name in found if name.startswith(incomplete)]

    return complete


def offering_several(names: Iterable[str]) -> Complete:
    """The same behind a comma, for lists such as qonnx,hls."""
    known = list(names)

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        return [
            f"{before}{comma}{name}"
            for name in known
            if name.startswith(last) and name not in taken
        ]

    return complete
