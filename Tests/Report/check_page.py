# SPDX-License-Identifier: Apache-2.0
"""Opens reports in headless Chromium as a phone and a desktop see them, light and dark, and fails
on anything that a reader would stumble over: console messages, requests that leave the page, text
over text, text cut off, a page wider than the screen, weak contrast, figures without a name.

    check_page.py [--pictures FOLDER] REPORT.html ...
"""

import argparse
import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

WIDTHS = {"phone": 390, "desktop": 1280}
SCHEMES = ["light", "dark"]

# What is wrong with the layout, as a list of sentences.
LAYOUT = r"""
(() => {
  const problems = [];
  const said = (text) => { if (problems.length < 12) problems.push(text); };
  const root = document.documentElement;
  if (root.scrollWidth > WIDTH) said(`the page is ${root.scrollWidth} wide on ${WIDTH}`);
  const unfold = (isOpen) => {
    for (const one of document.querySelectorAll('details')) one.open = isOpen;
    for (const one of document.querySelectorAll('#enlarge')) one.checked = isOpen;
  };
  unfold(true);
  const shown = (one) => one.getClientRects().length > 0;
  for (const svg of document.querySelectorAll('svg')) {
    if (!shown(svg)) continue;
    if (svg.getAttribute('aria-hidden') !== 'true') {
      const names = (svg.getAttribute('aria-labelledby') || '').split(' ');
      if (svg.getAttribute('role') !== 'img' || names.some((id) =>
        !document.getElementById(id) || !document.getElementById(id).textContent.trim()))
        said('a figure has no name');
    }
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(shown).map((one) => {
      const copy = one.cloneNode(true);
      copy.querySelectorAll('title').forEach((title) => title.remove());
      return {name: copy.textContent.trim(), box: one.getBoundingClientRect()};
    });
    const name = svg.querySelector('title') ? svg.querySelector('title').textContent : '?';
    for (const [index, one] of texts.entries()) {
      if (one.box.left < box.left - 1 || one.box.right > box.right + 1 ||
          one.box.top < box.top - 1 || one.box.bottom > box.bottom + 1)
        said(`${name}: '${one.name}' is cut off`);
      for (const other of texts.slice(index + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        const scale = box.width / svg.viewBox.baseVal.width;
        if (across > scale && down > 3.5 * scale) said(`${name}: '${one.name}' lies on '${other.name}'`);
      }
    }
  }
  const number = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let up = one; up; up = up.parentElement) {
      const found = number(getComputedStyle(up).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !shown(one) || one.classList.contains('cell')) continue;
    const isDrawn = one instanceof SVGElement;
    if (isDrawn && one.tagName !== 'text') continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(number(isDrawn ? style.fill : style.color).slice(0, 3)), light(ground(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) said(`'${one.textContent.trim().slice(0, 30)}' has a contrast of ${contrast.toFixed(2)}`);
  }
  for (const table of document.querySelectorAll('table'))
    if (!table.caption) said('a table has no caption');
  for (const id of [...document.querySelectorAll('[id]')].map((one) => one.id))
    if (document.querySelectorAll('#' + CSS.escape(id)).length > 1) said(`two elements are '${id}'`);
  for (const link of document.querySelectorAll('a'))
    if (!document.getElementById(link.getAttribute('href').slice(1))) said(`${link.href} leads nowhere`);
  if (document.querySelectorAll('h1').length !== 1) said('there must be one h1');
  if (document.scripts.length) said('the page has a script');
  unfold(false);
  return problems;
})()
"""


class Browser:
    """Chromium without a window, spoken to by its DevTools protocol."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
        path = next(filter(None, map(shutil.which, names)), None)
        if path is None:
            sys.exit("no Chromium is installed: apt-get install chromium")
        self.process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = Path(self.folder.name, "DevToolsActivePort")
        for _ in range(300):
            if port.exists() and port.read_text().count("\n") >= 1:
                break
            time.sleep(0.1)
        address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json/list"
        for _ in range(100):
            pages = [one for one in json.load(urllib.request.urlopen(address)) if one["type"] == "page"]
            if pages:
                break
            time.sleep(0.1)
        self.socket = websocket.create_connection(
            pages[0]["webSocketDebuggerUrl"], suppress_origin=True, timeout=120)
        self.count = 0
        self.events = []
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.count:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(one["method"] == "Page.loadEventFired" for one in self.events):
            self.events.append(json.loads(self.socket.recv()))
        # What a page loads late would come now.
        time.sleep(0.3)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{answer['exceptionDetails']}")
        return answer["result"].get("value")

    def heard(self, url):
        """Everything that the console or the network would show beside the page itself."""
        for event in self.events:
            method, parameters = event["method"], event.get("params", {})
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                yield f"console: {json.dumps(parameters)[:300]}"
            if method == "Network.requestWillBeSent" and parameters["request"]["url"] != url:
                yield f"request: {parameters['request']['url'][:200]}"
            if method in ("Network.loadingFailed", "Network.webSocketCreated"):
                yield f"network: {json.dumps(parameters)[:300]}"

    def close(self):
        try:
            self.call("Browser.close")
        except Exception:
            self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


def picture(browser, path, width):
    height = browser.evaluate("document.documentElement.scrollHeight")
    data = browser.call(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})["data"]
    path.write_bytes(base64.b64decode(data))


def check(browser, report, pictures):
    failures = []
    url = report.resolve().as_uri()
    for device, width in WIDTHS.items():
        for scheme in SCHEMES:
            browser.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=900,
                deviceScaleFactor=1, mobile=device == "phone")
            browser.call(
                "Emulation.setEmulatedMedia",
                features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.open(url)
            found = browser.evaluate(f"const WIDTH = {width};{LAYOUT}")
            found += browser.heard(url)
            failures += [f"{report.name}, {device}, {scheme}: {one}" for one in found]
            if pictures:
                picture(browser, pictures / f"{report.stem}-{device}-{scheme}.png", width)
    pdf = browser.call("Page.printToPDF", printBackground=True)["data"]
    if pictures:
        (pictures / f"{report.stem}.pdf").write_bytes(base64.b64decode(pdf))
    print(f"{report.name}: {report.stat().st_size:,} bytes, {len(failures)} problems")
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("reports", nargs="+", type=Path)
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    try:
        failures = [
            one for report in arguments.reports
            for one in check(browser, report, arguments.pictures)]
    finally:
        browser.close()
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


main()
