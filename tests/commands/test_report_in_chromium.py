"""The page about a build as a browser opens it, without network."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

OFFLINE = ("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9")
Browse = Callable[..., tuple[str, list[str]]]


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Browse:
    """Open a file in headless Chromium: the DOM, or what other options print; console messages."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no browser: chromium is not installed (Debian's package is chromium)")
    profile = tmp_path_factory.mktemp("profile")

    def run(page: Path, *options: str) -> tuple[str, list[str]]:
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={profile}", "--enable-logging=stderr", *OFFLINE,
            *(options or ("--dump-dom",)), page.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        messages = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, messages

    return run


def test_the_page_opens_without_a_word_on_the_console(browse: Browse, page_file: Path) -> None:
    dom, messages = browse(page_file)
    assert messages == []
    assert '<div class="badge" id="verdict">bit-exact</div>' in dom
    figures = re.findall(r'<figure id="([a-z-]+)"><img src="data:image/(?:png|jpeg);base64,', dom)
    assert figures == [
        "left", "right", "truth", "disparity-float", "disparity-integers", "change",
        "error-float", "error-integers",
    ]  # fmt: skip
    for plot in ("ranges", "operations"):
        assert re.search(rf'<div class="plot" id="plot-{plot}"><svg', dom)
    assert dom.count(">enc0</text>") == 2  # a name in each plot


def test_a_message_would_have_been_seen(browse: Browse, page_file: Path, tmp_path: Path) -> None:
    """The policy of the page refuses a script and a picture from elsewhere, on the console."""
    text = page_file.read_text()
    for added in ("<script>1</script>", '<img src="http://localhost/x.png">'):
        (tmp_path / "p.html").write_text(text.replace("</main>", f"{added}</main>"))
        _, messages = browse(tmp_path / "p.html")
        assert any("Content Security Policy" in message for message in messages)


MEASURE = """<script>addEventListener("load", () => {
  const plots = [...document.querySelectorAll(".plot svg")].map(s => s.getBBox().width);
  const images = [...document.images].map(i => [i.complete, i.naturalWidth, i.naturalHeight]);
  const cut = document.documentElement.scrollWidth > innerWidth;
  document.body.textContent = "MEASURED" + JSON.stringify({plots, images, cut}) + "MEASURED";
})</script>"""


def test_every_figure_is_drawn(browse: Browse, page_file: Path, tmp_path: Path) -> None:
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page_file.read_text())
    (tmp_path / "p.html").write_text(text.replace("</body>", f"{MEASURE}</body>"))
    dom, messages = browse(tmp_path / "p.html", "--dump-dom", "--window-size=1400,1000")
    found = json.loads(dom.split("MEASURED")[1])
    assert messages == []
    assert len(found["images"]) == 8
    for complete, width, height in found["images"]:
        assert complete and (width, height) == (160, 80)
    assert len(found["plots"]) == 2 and min(found["plots"]) > 300
    assert not found["cut"], "the page is wider than the window"


def test_hostile_names_do_nothing(
    browse: Browse, made: Callable[..., str], build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    hostile = "<script>document.title='taken'<img src=x onerror=alert(1)>"
    shutil.copytree(build, tmp_path / hostile)
    made("report", tmp_path / hostile, "--left", left, "--right", right, "--backend", "brevitas",
         "--no-corner-cases", "-o", tmp_path / "r.html")  # fmt: skip
    dom, messages = browse(tmp_path / "r.html")
    assert messages == [] and "<script>" not in dom and "<img src=x" not in dom
    assert "<h1>&lt;script&gt;document.title='taken'&lt;img src=x onerror=alert(1)&gt;</h1>" in dom


def test_a_screenshot_shows_colours(browse: Browse, page_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    browse(page_file, f"--screenshot={path}", "--window-size=1480,1500")
    with Image.open(path) as image:
        pixels = np.array(image.convert("RGB")).astype(int)
    assert pixels.shape == (1500, 1480, 3)
    strong = pixels.max(axis=2) - pixels.min(axis=2) > 120  # disparities and errors, not paper
    assert strong.mean() > 0.05
