"""Configurations from presets, TOML files and file headers."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from fdscs.model.config import PRESETS, Config
from fdscs.model.fdscs import build_graph
from fdscs.storage.errors import BadInput

_CONFIG = TypeAdapter(Config)
FOLDER = Path(str(files("fdscs") / "configurations"))


def names() -> list[str]:
    """Configurations that have a name: the presets and the files in configurations/."""
    return [*PRESETS, *sorted(path.stem for path in FOLDER.glob("*.toml"))]


def read_config(name: str | None) -> Config:
    """A preset or a file of configurations/ by name, or a TOML file.

    Files start from what their "preset" names, of either kind; "paper" where it is left out.
    """
    if name is None or name in PRESETS:
        return PRESETS[name or "paper"]
    named = FOLDER / f"{name}.toml"
    path = named if name.replace("-", "_").isidentifier() and named.is_file() else Path(name)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(
            f"{name}: neither a configuration ({', '.join(names())}) nor a readable TOML file "
            f"({error}); choose one."
        ) from error
    preset = data.pop("preset", "paper")
    if not isinstance(preset, str) or preset not in names() or path == FOLDER / f"{preset}.toml":
        raise BadInput(f"{name}: preset {preset!r} does not exist; choose {', '.join(names())}.")
    defaults = _CONFIG.dump_python(read_config(preset))
    return config_from(_merged(defaults, data), name)


def config_from(data: Any, where: object) -> Config:
    """Validate plain data; raises BadInput naming the first faulty field."""
    try:
        config = _CONFIG.validate_python(data)
        build_graph(config.architecture, config.precision)  # bits only for layers that exist
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "configuration"
        raise BadInput(f"{where}: {field}: {first['msg']}; set another.") from error
    except ValueError as error:
        raise BadInput(f"{where}: {error}; set others.") from error
    return config


def config_to(config: Config) -> dict[str, Any]:
    """Plain data that `config_from` reads back."""
    plain: dict[str, Any] = _CONFIG.dump_python(config, mode="json")
    return plain


def _merged(defaults: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`changes` over `defaults`, section by section; a table of layers is replaced whole."""
    merged = dict(defaults)
    for section, values in changes.items():
        known = isinstance(values, dict) and isinstance(defaults.get(section), dict)
        merged[section] = {**defaults[section], **values} if known else values
    return merged
