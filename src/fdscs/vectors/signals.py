"""Which signals of a capture make a stream: TDATA, and what goes beside it."""

import re
from collections.abc import Sequence

from fdscs.storage.errors import BadInput

DATA = "TDATA"
BESIDE = ("TKEEP", "TUSER", "TLAST")
OTHER_NAMES = {
    "TVALID": ("tvalid", "valid", "vld"),
    "TREADY": ("tready", "ready", "rdy"),
    "TKEEP": ("tkeep", "keep"),
    "TUSER": ("tuser", "user", "sof"),
    "TLAST": ("tlast", "last", "eol"),
}
Stream = dict[str, int]  # place among the names of DATA and of those of OTHER_NAMES that are there


def stream_of(where: str, names: Sequence[str], wanted: str | None) -> Stream:
    """The signals of the stream that has `wanted` in the name of its data, or of the only one.

    Of a data signal m_tdata the others are m_tvalid, m_tlast …; where no name but one has "tvalid"
    in it, that. Raises BadInput, naming `where`, unless there is one stream.
    """
    plain = [re.sub(r"\[[\d: ]*\]$", "", name.strip()).strip().lower() for name in names]
    data = _data(where, names, plain, wanted)
    found = {DATA: data}
    for what, aliases in OTHER_NAMES.items():
        alike = {_renamed(plain[data], alias) for alias in aliases}
        at = [k for k, name in enumerate(plain) if name in alike and k != data]
        if not at and "tdata" in plain[data]:
            at = [k for k, name in enumerate(plain) if aliases[0] in name]
            if len(at) > 1:
                raise BadInput(
                    f"{where}: several are a {aliases[0]} ({_some(names, at)}), none named as "
                    f"{names[data]} is; capture one stream."
                )
        if at:
            found[what] = at[0]
    return found


def _data(where: str, names: Sequence[str], plain: Sequence[str], wanted: str | None) -> int:
    sought = re.sub(r"\[[\d: ]*\]$", "", wanted or "tdata").lower()
    at = [k for k, name in enumerate(plain) if name == sought]
    at = at or [k for k, name in enumerate(plain) if re.split(r"[./]", name)[-1] == sought]
    at = at or [k for k, name in enumerate(plain) if sought in name and (wanted or "tdata" in name)]
    if wanted and len(at) > 1:
        at = [k for k in at if "tdata" in plain[k]] or at
    if len(at) == 1:
        return at[0]
    if at:
        raise BadInput(
            f"{where}: several have {sought} in their name ({_some(names, at)}); choose the "
            f"stream, such as --signal {names[at[-1]].partition('[')[0]}."
        )
    raise BadInput(
        f"{where}: none has {sought} in its name ({_some(names, range(len(names)))}); say which "
        "carries the data: --signal NAME."
    )


def _renamed(data: str, alias: str) -> str:
    """What `alias` is called beside `data`: m_tdata, m_tvalid; dout, dout_vld."""
    for word in ("tdata", "data"):
        if word in data:
            head, _, tail = data.rpartition(word)
            return f"{head}{alias}{tail}"
    return f"{data}_{alias}"


def _some(names: Sequence[str], at: Sequence[int]) -> str:
    listed = ", ".join(names[k][:40] for k in at[-6:])
    return f"…, {listed}" if len(at) > 6 else listed
