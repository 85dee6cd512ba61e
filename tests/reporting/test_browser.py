"""The report in a real browser: readable on a phone and a desk, by day and night; names stay text; nothing runs."""

from __future__ import annotations

import pytest

import mmatch as mm
from browser import CONTRAST, chromium, colours, resize
from mmatch import datasets

HOSTILE = '</title><script>document.title="owned"</script><img src=x onerror="document.title=1">" onmouseover="x'


@pytest.fixture(scope="module")
def driver():
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    example = datasets.load("two-sessions")
    result = mm.solve(example.cohort, example.program)
    schedule = mm.schedule(example.cohort, result, example.dates)
    report = mm.report(
        example.cohort, result, schedule=schedule, effects=mm.policy(example.cohort, result), by="site", title="Autumn"
    )
    return report.write(tmp_path_factory.mktemp("report") / "report.html")


def test_everything_a_coordinator_needs_is_on_the_page(driver, page):
    driver.get(page.as_uri())
    assert driver.title == "Autumn"
    titles = driver.execute_script("return [...document.querySelectorAll('h2')].map(n => n.textContent)")
    assert titles == [
        "How sure this is, and what to do next",
        "Who meets whom",
        "Who misses out, and why",
        "When they meet",
        "Load and fairness",
        "What was asked for",
        "Evidence",
    ]
    captions = driver.execute_script("return [...document.querySelectorAll('caption')].map(n => n.textContent)")
    assert {"Matches", "Sessions, on the mentor's clock", "Due between the sessions", "What if"} <= set(captions)
    links = driver.execute_script("return [...document.querySelectorAll('nav a')].map(n => n.getAttribute('href'))")
    assert all(driver.execute_script("return document.querySelector(arguments[0]) !== null", link) for link in links)


@pytest.mark.parametrize("width", [360, 1400])
def test_nothing_is_wider_than_the_window(driver, page, width):
    resize(driver, width)
    driver.get(page.as_uri())
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    inside = "n => n.getBoundingClientRect().right <= innerWidth + 1 || getComputedStyle(n).position === 'absolute'"
    assert driver.execute_script(f"return [...document.querySelectorAll('main *')].every({inside})")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(driver, page, scheme):
    resize(driver, 1000)
    colours(driver, scheme)
    driver.get(page.as_uri())
    found = driver.execute_script(CONTRAST)
    assert len(found) > 200
    assert [row for row in found if row[0] < 4.5] == []
    dark = driver.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")


def test_it_can_be_read_aloud(driver, page):
    """One language, one main heading, a label for each part, heads that name their column."""
    driver.get(page.as_uri())
    assert driver.execute_script("return document.documentElement.lang") == "en"
    counts = "h1", "main", "table:not(:has(caption))", "th:not([scope])", "section:not([aria-labelledby])"
    found = [driver.execute_script("return document.querySelectorAll(arguments[0]).length", name) for name in counts]
    assert found == [1, 1, 0, 0, 0]
    heads = driver.execute_script("return [...document.querySelectorAll('th')].map(n => n.textContent.trim())")
    assert all(heads)


def test_hostile_names_stay_text_and_nothing_runs_or_loads(driver, tmp_path):
    people = [
        mm.Participant("ann", name=HOSTILE, offers=[mm.Offer("data")], capacity=2),
        mm.Participant("cy", name=HOSTILE, requests=[mm.Request("data"), mm.Request("<b>law</b>")]),
    ]
    cohort = mm.Cohort(people)
    report = mm.report(cohort, mm.solve(cohort), title=HOSTILE)
    for path in (report.write(tmp_path / "all.html"), *report.write_people(tmp_path / "people")):
        driver.get(path.as_uri())
        assert HOSTILE in driver.title
        assert driver.execute_script("return document.querySelectorAll('script, img, b, [onmouseover]').length") == 0
        assert HOSTILE in driver.execute_script("return document.body.textContent")
        assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
