"""The page in a real browser: the whole way, on a desk and a phone, by keyboard, without JavaScript, with axe."""

import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import mmatch as mm
from browser import CONTRAST, chromium, colours, resize
from mmatch.app.serving import application, begin_with
from mmatch.app.session import Session
from mmatch.repairs import waiting

PATIENCE = 60


@pytest.fixture(scope="module")
def driver():
    with chromium() as made:
        made.implicitly_wait(PATIENCE)
        yield made


@contextmanager
def served(folder):
    """A page of a folder, as `mmatch app` serves it: its session and its first address."""
    session, listener = Session(folder), socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = uvicorn.Config(application(session, port, "key"), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield session, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        session.folder.close()


@pytest.fixture
def page(tmp_path, driver):
    with served(tmp_path / "state") as (session, address):
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        resize(driver, 1200)
        driver.get(f"{address}/?token=key")
        yield session, address


@pytest.fixture
def matched(page, driver):
    session, address = page
    begin_with(session, "informational")
    driver.get(f"{address}/match")
    press(driver, "Match now")
    wait_for(driver, "/review")
    return session, address


def wait_for(driver, part):
    WebDriverWait(driver, PATIENCE).until(lambda d: part in d.current_url)


def until(driver, holds):
    """Wait for what a form does: the address alone may still be that of the page before."""
    wait = WebDriverWait(driver, PATIENCE, ignored_exceptions=[StaleElementReferenceException])
    wait.until(lambda _: holds())


def press(driver, words):
    """Press the button, or follow the link, that begins with these words, as soon as the page has it."""

    def pressed(_):
        for one in driver.find_elements(By.CSS_SELECTOR, "button, a"):
            if one.text.strip().startswith(words):
                one.click()
                return True
        return False

    wait = WebDriverWait(driver, PATIENCE, ignored_exceptions=[StaleElementReferenceException])
    wait.until(pressed, f"nothing says {words}")


def shown(driver):
    return driver.find_element(By.ID, "main").text


def files_of(folder, ending):
    """The sign-up files of an example, as CSV or as one workbook."""
    example = mm.datasets.load("informational")
    *sheets, _ = mm.datasets.write_example(example, folder)
    if ending == "csv":
        return list(map(str, sheets))
    import csv

    import xlsxwriter

    book = xlsxwriter.Workbook(str(folder / "signups.xlsx"))
    for path in sheets:
        sheet = book.add_worksheet(path.stem)
        for k, row in enumerate(csv.reader(path.read_text(encoding="utf-8-sig").splitlines())):
            sheet.write_row(k, 0, row)
    book.close()
    return [str(folder / "signups.xlsx")]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("script", [True, False])
def test_from_an_export_to_released_letters_with_a_swap_on_the_way(driver, page, tmp_path, ending, script):
    session, _ = page
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
    files = files_of(tmp_path, ending)
    driver.find_element(By.ID, "files").send_keys("\n".join(files))
    press(driver, "Upload")
    wait_for(driver, "/columns")
    while session.cohort is None:
        press(driver, "Answer")
    press(driver, "Policy")
    wait_for(driver, "/policy")
    part, attribute = driver.find_elements(By.TAG_NAME, "select")[1:3]
    Select(part).select_by_value("Differs")
    Select(attribute).select_by_visible_text("department")
    driver.find_element(By.XPATH, "//button[text()='Add']").click()
    until(driver, lambda: session.policy.rules)
    press(driver, "Match")
    wait_for(driver, "/match")
    press(driver, "Match now")
    wait_for(driver, "/review")
    until(driver, lambda: "proved best" in shown(driver))
    before = set(session.result.matching.pairs())
    one, other = swappable(session)
    driver.find_element(By.CSS_SELECTOR, "input[type=search]").send_keys(session.cohort.people.called[one], Keys.ENTER)
    WebDriverWait(driver, PATIENCE).until(lambda d: "q=" in d.current_url)
    driver.find_element(By.CSS_SELECTOR, "tbody a[href^='/pair']").click()
    field = [f for f in driver.find_elements(By.NAME, "other") if f.is_displayed()][-1]
    field.send_keys(session.cohort.people.called[other], Keys.ENTER)
    wait_for(driver, "/change")
    assert set(session.result.matching.pairs()) == before
    press(driver, "Accept")
    wait_for(driver, "/review")
    assert set(session.result.matching.pairs()) != before
    assert mm.verify(session.cohort, session.program, session.result) == []
    press(driver, "↶ Undo")
    until(driver, lambda: set(session.result.matching.pairs()) == before)
    press(driver, "↷ Redo")
    until(driver, lambda: set(session.result.matching.pairs()) != before)
    released_and_left(driver, session)


def released_and_left(driver, session):
    """Release, read a letter, and let a mentor leave."""
    press(driver, "Release")
    wait_for(driver, "/release")
    press(driver, "Release all")
    until(driver, lambda: session.result.released)
    n = len(session.result.matching.pairs())
    until(driver, lambda: f"{n} of {n} pairs are released" in shown(driver))
    press(driver, "Read the letters")
    wait_for(driver, "/letters")
    driver.find_element(By.CSS_SELECTOR, "tbody a").click()
    assert driver.find_element(By.CSS_SELECTOR, "article .text").text
    press(driver, "Later changes")
    wait_for(driver, "/later")
    mentor = session.result.matching.pairs()[0][0]
    driver.find_element(By.NAME, "person").send_keys(session.cohort.people.called[mentor], Keys.ENTER)
    wait_for(driver, "/change")
    press(driver, "Accept")
    wait_for(driver, "/review")
    assert mentor not in session.cohort.people.index
    assert all(pair in session.result.matching.pairs() for pair in session.result.released)


def swappable(session):
    """Two mentees who may change places."""
    pairs = session.result.matching.pairs()
    people = {person.id: person for person in session.cohort}
    once = [pair for pair in pairs if sum(other[1] == pair[1] for other in pairs) == 1]
    return next(
        (one[1], other[1])
        for one in once
        for other in once
        if one[2] == other[2]
        and one[0] != other[0]
        and mm.price(session.cohort, session.result, [mm.repairs.Swap(one[1], other[1])]).result.found is not None
        and people[one[1]].requests
    )


def test_a_question_is_answered_by_choosing(driver, page, tmp_path):
    session, _ = page
    (tmp_path / "people.csv").write_text("id,name,topic\nann,Ann,data\nbo,Bo,data\n")
    driver.find_element(By.ID, "files").send_keys(str(tmp_path / "people.csv"))
    press(driver, "Upload")
    wait_for(driver, "/columns")
    assert session.cohort is None
    fieldset = driver.find_element(By.TAG_NAME, "fieldset")
    assert "people.csv" in fieldset.text
    choices = fieldset.find_elements(By.CSS_SELECTOR, "input[type=radio]")
    assert len(choices) > 1 or fieldset.find_elements(By.CSS_SELECTOR, "input[name^=other]")


def test_forbid_and_keep(driver, matched):
    session, address = matched
    before = set(session.result.matching.pairs())
    mentor, mentee, _ = session.result.matching.pairs()[0]
    for words in ("Keep them apart", "Keep them together"):
        driver.get(f"{address}/pair?mentor={mentor}&mentee={mentee}")
        press(driver, words)
        wait_for(driver, "/change")
        press(driver, "Accept")
        wait_for(driver, "/review")
        met = (mentor, mentee) in {pair[:2] for pair in session.result.matching.pairs()}
        assert met == (words == "Keep them together")
        press(driver, "↶ Undo")
        until(driver, lambda: set(session.result.matching.pairs()) == before)


def every_page(session):
    mentor, mentee, _ = session.result.matching.pairs()[0]
    wait = waiting(session.cohort, session.result)[0]
    return [
        *(
            "/signups",
            "/columns",
            "/readiness",
            "/policy",
            "/policy/costs",
            "/match",
            "/review",
            "/review?view=mentors",
        ),
        *("/review?view=mentees", "/review?view=waiting", f"/person?id={mentor}", f"/person?id={wait}&seek=yes"),
        *(f"/pair?mentor={mentor}&mentee={mentee}", f"/why?one={mentor}&other={wait}", "/letters?letter=0", "/report"),
        *(f"/change?change=left&person={mentor}", "/change?change=left&person=nobody", "/release", "/later"),
        *("/versions", "/nothing", "/event", "/change?what=best"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_axe_violation_and_all_fit_a_phone(driver, matched, scheme):
    from axe_selenium_python import Axe

    session, address = matched
    colours(driver, scheme)
    if scheme == "dark":  # in the light the form of an event, in the dark its chart
        session.take_event(session.cohort, mm.plan_event(session.cohort, session.policy), "event")
    for path in every_page(session):
        for width in (360, 1200):
            resize(driver, width)
            driver.get(address + path)
            wide = driver.execute_script("return document.documentElement.scrollWidth > innerWidth")
            assert not wide, (path, width)
            weak = [row for row in driver.execute_script(CONTRAST) if row[0] < 4.5 and row[2].strip()]
            assert weak == [], path
        axe = Axe(driver)
        axe.inject()
        assert [(v["id"], v["nodes"][0]["html"]) for v in axe.run()["violations"]] == [], path
    colours(driver, "light")


def test_the_keyboard_alone_is_enough(driver, matched):
    session, address = matched
    mentor, mentee, _ = session.result.matching.pairs()[0]
    driver.get(f"{address}/pair?mentor={mentor}&mentee={mentee}")

    def tab_to(words):
        for _ in range(60):
            ActionChains(driver).send_keys(Keys.TAB).perform()
            at = driver.switch_to.active_element
            if at.text.strip().startswith(words):
                outline = driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", at)
                assert outline != "none"
                return at
        pytest.fail(f"the keyboard does not reach {words}")

    tab_to("Skip to the content")
    tab_to("Keep them apart").send_keys(Keys.ENTER)
    wait_for(driver, "/change")
    tab_to("Accept").send_keys(Keys.ENTER)
    wait_for(driver, "/review")
    assert (mentor, mentee) not in {pair[:2] for pair in session.result.matching.pairs()}


def test_nothing_is_asked_of_the_network_and_nothing_is_refused_by_the_policy(driver, matched):
    session, address = matched
    for path in ("/review", "/readiness", "/report"):
        driver.get(address + path)
        asked = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
        assert all(name.startswith(address) for name in asked)
        assert not [entry for entry in driver.get_log("browser") if "Content Security Policy" in entry["message"]]
    frame = driver.find_element(By.TAG_NAME, "iframe")
    driver.switch_to.frame(frame)
    assert driver.find_element(By.TAG_NAME, "h1").text == "Mentoring program"
    driver.switch_to.default_content()
    assert session.result is not None
