"""Tables for people; results are printed plainly."""

from rich.console import Console
from rich.table import Table

from fdscs.storage.progress import is_quiet


def show(table: Table) -> None:
    """Print a table as wide as the terminal, or 80 columns where there is none; not with -q."""
    if not is_quiet():
        Console().print(table)
