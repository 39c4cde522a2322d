"""Tables for people; results are printed plainly."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fdscs.storage.progress import is_quiet

WIDEST = 1000  # columns: more than any table has


def show(table: Table) -> None:
    """Print a table as wide as the terminal, or 80 columns where there is none; not with -q.

    One that is wider goes without lines between its columns before its cells are broken.
    """
    if is_quiet():
        return
    console = Console()
    anything = console.options.update(max_width=WIDEST)
    if console.measure(table, options=anything).maximum > console.width:
        table.box, table.show_edge, table.padding = SIMPLE_HEAD, False, (0, 0)
    console.print(table)
