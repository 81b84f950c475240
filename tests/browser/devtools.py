"""One page of headless Chromium, driven over its debugging protocol: for what needs a login, a click or a second look.

Here: start, go to, ask, wait, click, take a picture. Not here: what any page must show.
"""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

_STARTS_WITHIN_SECONDS = 60
_WIDTH, _HEIGHT = 1600, 1200
# Pictures of whole pages are larger than the protocol's usual messages.
_LARGEST_MESSAGE = 64 * 2**20


class Page:
    """A page; JavaScript is asked in it and its answers come back as Python values."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._last = 0
        self._ask("Page.enable")
        self._ask("Emulation.setDeviceMetricsOverride", width=_WIDTH, height=_HEIGHT, deviceScaleFactor=1, mobile=False)

    def _ask(self, method: str, **params: object) -> dict:
        self._last += 1
        self._connection.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(timeout=120))
            if answer.get("id") == self._last:
                assert "error" not in answer, (method, answer)
                return answer["result"]

    def go(self, address: str) -> None:
        """Go to an address; what comes after its first answer is waited for with ``wait``."""
        self._ask("Page.navigate", url=address)

    def ask(self, script: str) -> object:
        """Return the value of a JavaScript expression; a promise is waited for."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, condition: str, seconds: float = 60) -> None:
        """Ask until a JavaScript expression is truthy; what it asks about may not be there yet.

        Raises:
            AssertionError: it was not within the time; the message holds what the page shows instead.
        """
        until = time.monotonic() + seconds
        # A page that is only just arriving has no body.
        asked = f"(() => {{ try {{ return Boolean({condition}) }} catch (e) {{ if (e instanceof TypeError) return false; throw e }} }})()"
        while not self.ask(asked):
            if time.monotonic() > until:
                raise AssertionError(f"not within {seconds:.0f} s: {condition}\n{self.text()[:3000]}")
            time.sleep(0.25)

    def text(self) -> str:
        """The text that the page shows."""
        return str(self.ask("document.body ? document.body.innerText : ''"))

    def click(self, script: str) -> None:
        """Click, as a mouse does, in the middle of the element that an expression gives."""
        middle = (
            f"(() => {{ const one = {script}; one.scrollIntoView({{block: 'center'}}); const at = one.getBoundingClientRect();"
            " return [at.x + at.width / 2, at.y + at.height / 2]; })()"
        )
        # What is still moving into place would be missed.
        before, at = None, self.ask(middle)
        while at != before:
            time.sleep(0.1)
            before, at = at, self.ask(middle)
        x, y = at
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key that has a name, such as Enter or Escape."""
        codes = {"Enter": 13, "Escape": 27, "Backspace": 8}
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if (key, kind) == ("Enter", "keyDown") else {}
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **text)

    def look_from_afar(self, height: int) -> None:
        """Make the window so tall that a whole page is in view: charts are drawn when they come into it."""
        self._ask("Emulation.setDeviceMetricsOverride", width=_WIDTH, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> Path:
        """Write a picture of the window."""
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))
        return path


@contextmanager
def opened(chromium: str, profile: Path) -> Iterator[Page]:
    """A page of a browser that ends with the block."""
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--remote-debugging-port=0",
        f"--window-size={_WIDTH},{_HEIGHT}",
        f"--user-data-dir={profile}",
        "about:blank",
    ]
    with (profile / "chromium.txt").open("w", encoding="utf-8") as said:
        browser = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        port = _port(profile, browser)
        import urllib.request

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=30) as answer:
            [address] = [one["webSocketDebuggerUrl"] for one in json.load(answer) if one["type"] == "page"]
        with connect(address, max_size=_LARGEST_MESSAGE) as connection:
            yield Page(connection)
    finally:
        browser.terminate()
        try:
            browser.wait(timeout=30)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait(timeout=30)


def _port(profile: Path, browser: subprocess.Popen) -> int:
    """The port that the browser chose and wrote down."""
    told = profile / "DevToolsActivePort"
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while not (told.exists() and told.read_text(encoding="ascii").strip()):
        assert browser.poll() is None, (profile / "chromium.txt").read_text(encoding="utf-8")
        assert time.monotonic() < until, "Chromium did not open its debugging port"
        time.sleep(0.1)
    return int(told.read_text(encoding="ascii").split()[0])
