"""What the projects of every language have: a folder, templates, the design as data, vectors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fdscs.export.build import Build, file_digest
from fdscs.hardware.description import design_as_data
from fdscs.hardware.plan import Design
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by
from fdscs.vectors.index import Images
from fdscs.vectors.write import LaneChoice, write_vectors

DESIGN = "design.json"  # written last: a folder without it is no project
PORTS = ("left", "right", "disparity")


def prepare(folder: Path, mark: str = DESIGN) -> None:
    """Make `folder` no project until all is written; refuse one with other things in it.

    `mark` is the file that is written last.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder}: is not a folder; choose another for the project.")
    others = folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file()
    if others:
        raise BadInput(f"{folder}: holds something else; choose an empty folder.")
    (folder / mark).unlink(missing_ok=True)


def render(package: str, name: str, values: Mapping[str, Any]) -> str:
    """The text of a template of `package`'s templates/, with `values` put in."""
    return str(_environment(package).get_template(f"{name}.j2").render(values))


def render_text(template: str, values: Mapping[str, Any]) -> str:
    """A user's template, with `values` put in; raises BadInput for one that cannot be used."""
    environment = _environment(None)
    from jinja2 import TemplateError

    try:
        return str(environment.from_string(template).render(values))
    except TemplateError as error:
        raise BadInput(f"the board's template: {error}; use what docs/board.md names.") from error


def _environment(package: str | None) -> Any:
    """Jinja, for sources; with the templates of a `package`, or a sandbox for a user's own."""
    with needed_by("Writing a project"):
        from jinja2 import PackageLoader, StrictUndefined  # not all need it
        from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=PackageLoader(package) if package else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # sources, no HTML
    )


def write_port_vectors(folder: Path, build: Build, pair: StereoPair, images: Images) -> None:
    """Write golden beats of the accelerator's streams for `pair` into `folder`."""
    lanes = LaneChoice(named={name: 3 if name != "disparity" else 1 for name in PORTS})
    write_vectors(folder, build, pair, images, PORTS, lanes, ("dat",))


def write_design(folder: Path, build: Build, design: Design, language: str) -> None:
    """Write design.json into `folder`, which makes it a project."""
    data = design_as_data(design, file_digest(build.folder / "params.npz"), language)
    write_text(folder / DESIGN, json.dumps(data, indent=1) + "\n")
