"""The picture of the report in the documentation, taken anew by a real Chromium: ``make pictures``."""

from pathlib import Path
from tempfile import TemporaryDirectory

import mmatch as mm
from browser import chromium, colours

PICTURE = Path(__file__).parent.parent / "docs" / "_static" / "report.png"
SIZE = {"width": 1120, "height": 1180, "deviceScaleFactor": 1, "mobile": False}


def main():
    example = mm.datasets.load("two-sessions")
    result = mm.solve(example.cohort, example.program)
    schedule = mm.schedule(example.cohort, result, example.dates)
    report = mm.report(example.cohort, result, schedule, by="site", title="Autumn term")
    with TemporaryDirectory() as folder, chromium() as driver:
        report.write(f"{folder}/report.html")
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SIZE)
        colours(driver, "light")
        driver.get(f"file://{folder}/report.html")
        driver.save_screenshot(str(PICTURE))


if __name__ == "__main__":
    main()
