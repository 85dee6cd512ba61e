"""A real Chromium for tests of pages: Debian's, driven by its own ChromeDriver."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@contextmanager
def chromium():
    """A driver; without Chromium the test is skipped here, and fails where everything must run."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        if os.environ.get("CI"):
            pytest.fail("Chromium and ChromeDriver are missing: make browser")
        pytest.skip("needs Chromium and ChromeDriver: make browser")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = programs[0]
    for flag in FLAGS:
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(programs[1]))
    try:
        yield driver
    finally:
        driver.quit()


def resize(driver, width, height=900):
    """The size that the page itself sees."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def colours(driver, scheme):
    """Light or dark, as the reader's machine asks for it."""
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )


# Of every element that shows text of its own: the ratio of its colour to what stands behind it (WCAG 2.2, 1.4.3).
CONTRAST = """
function channel(v) { v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }
function rgb(text) { return text.match(/[\\d.]+/g).map(Number); }
function light(c) { return 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]); }
function behind(node) {
  for (let n = node; n; n = n.parentElement) {
    const c = rgb(getComputedStyle(n).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
}
return [...document.querySelectorAll('body *')]
  .filter(n => [...n.childNodes].some(k => k.nodeType === 3 && k.textContent.trim()))
  .map(n => {
    const a = light(rgb(getComputedStyle(n).color)), b = light(behind(n));
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), n.tagName, n.textContent.slice(0, 40)];
  });
"""
