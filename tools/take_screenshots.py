"""Take the pictures of ``docs/images`` anew, with headless Chromium.

    python tools/take_screenshots.py [--jupyter-lab jupyter-lab]

The pages show the packaged sample, report, map, graph and timeline the archive of ``notebooks/data``; both were written
for this project. With ``--jupyter-lab`` (the command of an installation that has govner's ``notebook`` extra) notebook
01 is run and shown in JupyterLab, too. Needs chromium, chromedriver, selenium and Pillow.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib import resources
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import govner
from govner import show

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "images"
PORT = 8979


def browser() -> Any:
    """A headless Chromium."""
    options = webdriver.ChromeOptions()
    for switch in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(switch)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def view(driver: Any, width: int, height: int, dark: bool = False) -> None:
    """The size of the window, and the colours that the system asks for."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def point(driver: Any, selector: str) -> None:
    """Hover over the beginning of an element."""
    element = driver.find_element(By.CSS_SELECTOR, selector)
    left = -(element.size["width"] // 2) + 8
    ActionChains(driver).move_to_element_with_offset(element, left, 0).perform()
    time.sleep(0.5)


def keep(driver: Any, name: str) -> None:
    """Write a PNG, its least levels of colour cut off: no eye sees them, and the file is half as large."""
    image = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    OUT.mkdir(parents=True, exist_ok=True)
    coarse = [min(255, (level + 2) // 4 * 4) for level in range(256)]
    image.point(coarse * 3).save(OUT / f"{name}.png", optimize=True)
    print(f"{name}.png: {(OUT / f'{name}.png').stat().st_size // 1024} kB", file=sys.stderr)


def pages(driver: Any, folder: Path) -> None:
    """The page of the sample, light and dark; report and pictures of the archive."""
    nlp = govner.load()
    text = resources.files("govner").joinpath("data", "sample.txt").read_text(encoding="utf-8").rstrip("\n")
    sample = nlp(text, id="Bài mẫu", date="2021-04-09", source="Báo Quảng Ngãi")
    rows = (ROOT / "notebooks" / "data" / "archive.jsonl").read_text(encoding="utf-8").splitlines()
    docs = list(nlp.pipe([json.loads(row) for row in rows]))
    shots: list[tuple[str, str, int, int]] = [
        ("page-light", sample.to_html(), 1080, 720),
        ("page-dark", sample.to_html(), 1080, 720),
        ("report", show.report(docs, title="Kho báo nhỏ, 2019–2026"), 1240, 900),
    ]
    figures = {
        "graph": (show.graph(docs), 800),
        "map": (show.map([doc for doc in docs if doc.date is None or doc.date < "2025-07-01"]), 880),
        "timeline": (show.timeline(docs, "Tỉnh ủy Quảng Ngãi"), 380),
    }
    for name, (figure, height) in figures.items():
        shots.append((name, figure.to_html(include_plotlyjs=True, config={"displayModeBar": False}), 1000, height))
    for name, source, width, height in shots:
        (folder / f"{name}.html").write_text(source, encoding="utf-8")
        view(driver, width, height, dark=name.endswith("dark"))
        driver.get((folder / f"{name}.html").as_uri())
        time.sleep(0.5)
        if name == "page-light":
            point(driver, "mark.gv-POS mark.gv-STATE")
        keep(driver, name)


def notebook(driver: Any, jupyter_lab: str, folder: Path) -> None:
    """Notebook 01, run, in JupyterLab; a fresh copy, so that the checkout stays as it is."""
    jupyter = str(Path(shutil.which(jupyter_lab) or jupyter_lab).with_name("jupyter"))
    folder, home = folder / "notebooks", folder / "home"
    folder.mkdir()
    # Settings, signatures and workspaces of its own: the user's stay as they are, and the picture is the same for all.
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    env = {**os.environ, **{name: str(home / name) for name in own}}
    shutil.copy(ROOT / "notebooks" / "01_first_article.ipynb", folder / "first.ipynb")
    run = [jupyter, "nbconvert", "--to", "notebook", "--execute", "--inplace", "first.ipynb"]
    subprocess.run(run, cwd=folder, env=env, check=True, capture_output=True)
    subprocess.run([jupyter, "trust", "first.ipynb"], cwd=folder, env=env, check=True, capture_output=True)
    server = subprocess.Popen(
        [jupyter_lab, "--allow-root", "--no-browser", f"--port={PORT}", "--ServerApp.token=", "--ServerApp.password="],
        cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(60):
            time.sleep(0.5)
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/lab").close()
                break
            except OSError:
                continue
        view(driver, 1100, 860)
        driver.get(f"http://127.0.0.1:{PORT}/lab/tree/first.ipynb?reset")
        time.sleep(10)
        ActionChains(driver).key_down(Keys.CONTROL).send_keys("b").key_up(Keys.CONTROL).perform()  # no side bar
        time.sleep(1)
        driver.execute_script("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 700")
        time.sleep(1)
        for toast in driver.find_elements(By.CSS_SELECTOR, ".jp-Notification-Toast-Close"):
            toast.click()
        point(driver, "mark.gv-POS mark.gv-STATE")
        keep(driver, "notebook")
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Take them all; their sizes go to standard error."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images.")
    parser.add_argument("--jupyter-lab", metavar="COMMAND", help="also show notebook 01 in this JupyterLab")
    given = parser.parse_args()
    driver = browser()
    try:
        with tempfile.TemporaryDirectory() as folder:
            pages(driver, Path(folder))
            if given.jupyter_lab:
                notebook(driver, given.jupyter_lab, Path(folder))
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
