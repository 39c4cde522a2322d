"""What the page is fed, over HTTP, and the page in a browser."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from fdscs.export.build import Build
from fdscs.hls_reference.run import declared_width, run_images
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput
from fdscs.viewer.scene import Scene
from fdscs.viewer.server import open_server


@pytest.fixture(scope="module")
def scene(tiny_build: Build, pairs: SyntheticPairs) -> Scene:
    return Scene(tiny_build, pairs[0])


@pytest.fixture(scope="module")
def port(scene: Scene) -> Iterator[int]:
    server = open_server(scene)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_facts_and_tensors(port: int, scene: Scene, tiny_build: Build) -> None:
    facts = json.loads(get(port, "/facts.json")[1])
    assert facts["truth"] and 0 <= facts["leftRight"] <= 100 and facts["epe"] > 0
    pair = scene.pair
    codes = run_images(tiny_build.graph, tiny_build.params, pair.left, pair.right)
    assert [each["name"] for each in facts["tensors"]] == list(codes)
    for each in facts["tensors"]:
        assert each["shape"] == list(codes[each["name"]].shape)
        node = tiny_build.graph[each["name"]]
        assert (each["bits"], each["signed"]) == declared_width(tiny_build.graph, node)
    name = "enc0_relu"
    found = json.loads(get(port, f"/codes/{name}/1")[1])
    values = codes[name][1]
    assert (found["least"], found["largest"]) == (values.min(), values.max())
    assert sum(found["counts"]) == values.size
    status, picture = get(port, f"/tensor/{name}/1")
    image = np.array(Image.open(BytesIO(picture)))
    assert status == 200 and image.shape == values.shape
    assert np.array_equal(image == 255, values == values.max())


def test_disparity_points_and_pictures(port: int, scene: Scene) -> None:
    disparity = np.frombuffer(get(port, "/disparity.f32")[1], "<f4").reshape(scene.pair.size)
    assert np.array_equal(disparity, scene.disparity)
    count, rest = divmod(len(get(port, "/points.bin")[1]), 15)
    assert rest == 0 and count == (disparity >= 1).sum()
    for name in ("left", "right", "disparity", "confidence", "truth", "error"):
        with Image.open(BytesIO(get(port, f"/picture/{name}")[1])) as image:
            assert image.size == scene.pair.size[::-1]


@pytest.mark.parametrize(
    "path",
    ["/x", "/picture/x", "/tensor/x/0", "/tensor/enc0_relu/-1", "/tensor/enc0_relu/999",
     "/tensor/enc0_relu/a", "/codes/enc0_relu", "/../scene.py", "/%2e%2e/scene.py"],
)  # fmt: skip
def test_what_does_not_exist(port: int, path: str) -> None:
    assert get(port, path)[0] == 404


def test_other_hosts_names_are_refused(port: int) -> None:
    """A page elsewhere whose name is made to lead here may not read anything."""
    assert get(port, "/facts.json", "example.org")[0] == 403
    assert get(port, "/facts.json", "localhost")[0] == 200


def test_a_port_that_is_taken(port: int, scene: Scene) -> None:
    with pytest.raises(BadInput, match=f"--port {port}: Address already in use; choose another"):
        open_server(scene, port)


def test_in_chromium(port: int, tmp_path: Path) -> None:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no browser: chromium is not installed (Debian's package is chromium)")
    done = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--virtual-time-budget=20000",
         "--timeout=60000", "--dump-dom", f"http://127.0.0.1:{port}/#enc0_relu/1"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert 'data-ready="' in done.stdout and 'src="tensor/enc0_relu/1"' in done.stdout
    assert "enc0_relu, uint8, step " in done.stdout and "<rect" in done.stdout
    assert done.stdout.count("<button") == 6
