"""The picture of the report in the documentation, taken anew by a real Chromium: ``make pictures``."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import mmatch as mm
from browser import chromium, colours, resize

PICTURE = Path(__file__).parent.parent / "docs" / "_static" / "report.png"
WIDTH, TOP, GAP = 1120, 754, 30  # the head and the first matches; the charts of load and fairness follow below


def main():
    example = mm.datasets.load("two-sessions")
    result = mm.solve(example.cohort, example.program)
    schedule = mm.schedule(example.cohort, result, example.dates)
    report = mm.report(example.cohort, result, schedule, by="site", title="Autumn term")
    with TemporaryDirectory() as folder, chromium() as driver:
        report.write(f"{folder}/report.html")
        colours(driver, "light")
        resize(driver, WIDTH, TOP)
        driver.get(f"file://{folder}/report.html")
        head = Image.open(BytesIO(driver.get_screenshot_as_png()))
        charts = driver.find_element("id", "fairness").rect
        below = driver.execute_script("return document.querySelector('#fairness table').getBoundingClientRect().top")
        top = driver.execute_script("return document.querySelector('#fairness').getBoundingClientRect().top")
        resize(driver, WIDTH, int(below - top))
        driver.execute_script(f"window.scrollTo(0, {charts['y']})")
        tail = Image.open(BytesIO(driver.get_screenshot_as_png()))
    picture = Image.new("RGB", (WIDTH, head.height + GAP + tail.height), "white")
    picture.paste(head, (0, 0))
    picture.paste(tail, (0, head.height + GAP))
    picture.quantize(64).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
