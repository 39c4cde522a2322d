"""The page over HTTP, to this machine alone."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from fdscs.storage.errors import BadInput
from fdscs.viewer.scene import Scene

ADDRESS = "127.0.0.1"
POLICY = (
    "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'"
)
TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "png": "image/png"}
STATIC = {"": "page.html", "view.js": "view.js", "cloud.js": "cloud.js", "view.css": "view.css"}


def open_server(scene: Scene, port: int = 0) -> ThreadingHTTPServer:
    """A server of `scene` on 127.0.0.1 that is not running yet; port 0 is any that is free.

    Raises BadInput where the port is taken.
    """
    try:
        return ThreadingHTTPServer((ADDRESS, port), _handler(scene))
    except OSError as error:
        raise BadInput(f"--port {port}: {error.strerror}; choose another.") from error


def _handler(scene: Scene) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer one request; what does not exist is 404, another host's name 403."""
            host = self.headers.get("Host", "").rpartition(":")[0]
            if host not in (ADDRESS, "localhost"):  # a name that leads here from some other page
                self.send_error(403)
                return
            path = unquote(self.path.partition("?")[0]).lstrip("/")
            try:
                kind, body = _answer(scene, path)
            except (KeyError, ValueError):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing of requests."""

    return Handler


def _answer(scene: Scene, path: str) -> tuple[str, bytes]:
    """Type and content of a path; KeyError or ValueError for one that does not exist."""
    if path in STATIC:
        name = STATIC[path]
        kind = TYPES[name.rpartition(".")[2]]
        return f"{kind}; charset=utf-8", (files("fdscs.viewer") / "page" / name).read_bytes()
    made: dict[str, Callable[[], bytes]] = {
        "facts.json": scene.json, "disparity.f32": scene.values, "points.bin": scene.points
    }  # fmt: skip
    if path in made:
        kind = "application/json" if path.endswith("json") else "application/octet-stream"
        return kind, made[path]()
    folder, _, rest = path.partition("/")
    if folder == "picture":
        return TYPES["png"], scene.picture(rest)
    if folder in ("tensor", "codes"):
        name, _, channel = rest.rpartition("/")
        picture, facts = scene.channel(name, int(channel))
        if folder == "codes":
            return "application/json", json.dumps(facts).encode()
        return TYPES["png"], picture
    raise KeyError(path)
