"""A real browser shows the page without a fault of accessibility, in light, dark and on a phone, and loads nothing.

It needs chromium on PATH, and axe-core: `npm install axe-core`, and AGENT_CI_AXE names its axe.min.js.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.views.account import read
from agent_ci.core.views.page import page
from agent_ci.core.views.style import POLICY
from tests.core.views import runs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
AXE = Path(os.environ.get("AGENT_CI_AXE", "/nowhere"))
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--allow-file-access-from-files"),
    *("--virtual-time-budget=60000", "--dump-dom"),
)
PAGES = {
    "fixed": lambda: page(read(runs.document()), runs.MAIL),
    "not fixed": lambda: page(read(runs.document(runs.FAILED))),
    "hostile": lambda: page(read(runs.document(*runs.hostile()[:2])), runs.hostile()[2]),
}
LOOK = """
window.addEventListener("load", async () => {
  const found = await axe.run();
  parent.postMessage({
    faults: found.violations.map(one => one.id + ": " + one.nodes[0].html.slice(0, 200)),
    passes: found.passes.map(one => one.id),
    background: getComputedStyle(document.body).backgroundColor,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    loaded: performance.getEntriesByType("resource").map(one => one.name),
  }, "*");
});
"""
SCHEMES = {"light": ("1", "rgb(255, 255, 255)"), "dark": ("0", "rgb(13, 17, 23)")}  # chromium's number, our colour

needs_a_browser = pytest.mark.skipif(not CHROMIUM, reason="no chromium on PATH: the page was shown to no browser")
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="AGENT_CI_AXE names no axe.min.js: the page was not checked")


def dom(address: Path, scratch: Path, *flags: str) -> str:
    """What the browser made of the file *address* and of the scripts in it."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={scratch / 'profile'}", *flags, address.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def looked_at(text: str, scratch: Path, *, width: int, scheme: str) -> Any:
    """What axe and the browser say of the page *text*, *width* pixels wide; its policy is lifted for their script."""
    assert POLICY in text
    script = f"<script>{AXE.read_text(encoding='utf-8')}</script><script>{LOOK}</script></head>"
    (scratch / "page.html").write_bytes(text.replace(POLICY, "").replace("</head>", script).encode("utf-8", "replace"))
    hear = "onmessage = heard => document.getElementById('said').textContent = JSON.stringify(heard.data)"
    frame = f'<iframe title="page" src="page.html" style="width:{width}px;height:900px;border:0"></iframe>'
    outer = scratch / "outer.html"
    outer.write_text(f"<pre id=said></pre><script>{hear}</script>{frame}", encoding="utf-8")
    shown = dom(outer, scratch, f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1400,1000")
    [said] = re.findall(r'<pre id="said">(.*?)</pre>', shown, re.DOTALL)
    return json.loads(html.unescape(said))


@needs_a_browser
@needs_axe
@pytest.mark.parametrize("which", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
def test_everybody_can_read_the_page(which: str, scheme: str, width: int, tmp_path: Path) -> None:
    number, background = SCHEMES[scheme]
    seen = looked_at(PAGES[which](), tmp_path, width=width, scheme=number)
    assert seen["faults"] == []
    assert {"color-contrast", "heading-order", "html-has-lang", "region"} <= set(seen["passes"])
    assert seen["background"] == background
    assert seen["wide"] == 0
    assert seen["loaded"] == []


@needs_a_browser
def test_the_policy_of_the_page_stops_a_script_that_got_in(tmp_path: Path) -> None:
    script = "<script>document.title = 'it ran'</script>"
    text = page(read(runs.document()), runs.MAIL)
    for name, with_policy in (("with", text), ("without", text.replace(POLICY, ""))):
        file = tmp_path / f"{name}.html"
        file.write_text(with_policy.replace("</body>", f"{script}</body>"), encoding="utf-8")
    assert "<title>it ran</title>" not in dom(tmp_path / "with.html", tmp_path)
    assert "<title>it ran</title>" in dom(tmp_path / "without.html", tmp_path)
