"""Pictures: what they show is what was counted, they stay readable, and names stay text."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import mmatch as mm
from dated import planned

HOSTILE = "$x^{a}$_<b>&\u202e"


def drawn(ax):
    """The picture as pixels; every text lies inside the figure, and no two overlap."""
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    renderer, frame = canvas.get_renderer(), ax.figure.bbox
    written = [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
    written += [] if ax.get_legend() is None else ax.get_legend().get_texts()
    if ax.axison:
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
            written += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in written if text.get_text()]
    for text, box in boxes:
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1, text
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1, text
    for (one, box), (other, beside) in combinations(boxes, 2):
        wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        assert wide <= 1 or min(box.y1, beside.y1) - max(box.y0, beside.y0) <= 1, (one, other)
    pixels = np.asarray(canvas.buffer_rgba())
    assert (pixels[..., :3] < 250).any()
    return pixels


def cohort(mentees=9, mentors=4, name="{side}-{k}"):
    scores = np.random.default_rng(3).integers(0, 9, (mentees, mentors))
    names = {
        f"{side}s": [name.format(side=side, k=k) for k in range(count)]
        for side, count in (("mentor", mentors), ("mentee", mentees))
    }
    return mm.Cohort.from_scores(scores, capacity=2, **names)


def test_a_line_for_every_seat_and_a_point_for_everybody():
    people = cohort()
    matching = mm.solve(people).matching
    ax = mm.plot.bipartite(people, matching)
    drawn(ax)
    assert len(ax.lines) == len(matching.seats) == 8
    assert [len(points.get_offsets()) for points in ax.collections] == [4, 9]
    assert {text.get_text() for text in ax.texts} == {p.id for p in people} | {"4 mentors", "9 mentees"}
    assert ax.get_title() == "8 of 9 seats filled"


def test_a_large_picture_has_no_ids():
    people = cohort(200, 120)
    ax = mm.plot.bipartite(people, mm.solve(people).matching, Figure(figsize=(6, 6)).subplots())
    assert [text.get_text() for text in ax.texts] == ["120 mentors", "200 mentees"]
    drawn(ax)


@pytest.mark.parametrize("size", [(1, 1), (9, 4), (80, 70), (81, 5)])
@pytest.mark.parametrize("name", ["{side}-{k}", "{k}W$" + "W" * 90 + "{side}-{k}"])
def test_labels_of_people_never_overlap_and_the_figure_grows(size, name):
    people = cohort(*size, name)
    matching = mm.solve(people).matching
    ax = mm.plot.bipartite(people, matching)
    drawn(ax)
    assert len(ax.texts) - 2 == sum(n for n in size if n <= mm.plot.MOST_LABELS)
    assert ax.figure.get_figheight() == pytest.approx(max(4.8, 0.17 * max(size) + 1) if max(size) <= 80 else 8)
    for narrow in mm.plot.figure(figsize=(9, 3)).subplots(1, 2):
        drawn(mm.plot.bipartite(people, matching, narrow))


@pytest.mark.parametrize(("topics", "limit"), [(1, None), (12, 2), (30, None), (70, 2)])
def test_topics_never_overlap_and_those_left_out_are_counted(topics, limit):
    names = [f"{k} the art of explaining difficult things to" + " people" * (k % 9) for k in range(topics)]
    people = [mm.Participant(f"m{k}", offers=[mm.Offer(name)], capacity=limit) for k, name in enumerate(names)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(name)]) for k, name in enumerate(names)]
    ax = mm.plot.supply(mm.Cohort(people))
    drawn(ax)
    assert len(ax.get_yticklabels()) == min(topics, 30)
    assert ("30 of 70" in ax.get_title()) == (topics == 70)
    drawn(mm.plot.supply(mm.Cohort(people), mm.plot.figure(figsize=(5, 2.5)).subplots()))


@pytest.mark.parametrize("count", [1, 9, 60, 150])
def test_numbers_at_bars_never_overlap(count):
    people = cohort(count, 1)
    ax = mm.plot.loads(people, mm.matching_from_pairs(people, [("mentor-0", p.id) for p in people if p.requests]))
    drawn(ax)
    assert bool(ax.texts) == (count < 60)
    drawn(mm.plot.loads(people, mm.Matching(()), mm.plot.figure(figsize=(3, 3)).subplots()))


def test_the_same_question_gives_the_same_picture():
    people = cohort()
    one, other = (drawn(mm.plot.bipartite(people, mm.solve(people).matching)) for _ in range(2))
    assert np.array_equal(one, other)


def test_a_notebook_shows_figures_without_pyplot():
    people = cohort()
    shown = mm.plot.bipartite(people, mm.solve(people).matching).figure
    assert shown._repr_png_().startswith(b"\x89PNG")
    assert len(mm.plot.figure(figsize=(9, 3)).subplots(1, 2)) == 2


def test_loads_are_counted_for_everybody_who_offers():
    people = cohort(3, 5)
    ax = mm.plot.loads(people, mm.matching_from_pairs(people, [("mentor-0", "mentee-0"), ("mentor-0", "mentee-1")]))
    drawn(ax)
    assert [bar.get_height() for bar in ax.patches] == [4, 0, 1]


def test_ranks_and_fits():
    lists = {"eva": ["ann", "bob"], "finn": ["ann", "bob"]}
    people = mm.Cohort.from_rankings(lists, {"ann": ["eva", "finn"], "bob": ["eva", "finn"]})
    matching = mm.solve(people).matching
    ax = mm.plot.ranks(people, matching)
    drawn(ax)
    assert [bar.get_height() for bar in ax.patches] == [1, 1]
    with pytest.raises(mm.InputError, match="no scores"):
        mm.plot.fits(people, matching)
    silent = mm.Cohort(
        [*people, mm.Participant("cy", offers=[mm.Offer()]), mm.Participant("gus", requests=[mm.Request()])]
    )
    ax = mm.plot.ranks(silent, mm.matching_from_pairs(silent, [("ann", "eva"), ("cy", "gus")]))
    assert [bar.get_height() for bar in ax.patches] == [1]  # who ranks nobody got no first wish
    scored = cohort()
    (line,) = mm.plot.fits(scored, mm.solve(scored).matching).lines
    assert line.get_ydata().tolist() == sorted(line.get_ydata(), reverse=True)
    with pytest.raises(mm.InputError, match="ranks"):
        mm.plot.ranks(scored, mm.solve(scored).matching)


def test_names_of_topics_stay_text():
    people = [mm.Participant("ann", offers=[mm.Offer(HOSTILE.replace("\u202e", ""))])]
    people.append(mm.Participant("eva", requests=[mm.Request(HOSTILE.replace("\u202e", ""))]))
    ax = mm.plot.supply(mm.Cohort(people))
    drawn(ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$x^{a}$_<b>&"]
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())


def test_strategies_that_nothing_dominates_stand_out():
    people = cohort()
    strategies = {
        "fit": mm.Program(aims=[mm.aims.Fit()]),
        "fit again": mm.Program(aims=[mm.aims.Fit()]),
        "bad": mm.Program(aims=[mm.aims.EvenLoad()]),
    }
    found = mm.compare(people, strategies)
    ax = mm.plot.pareto(found, "Fit", "EvenLoad")
    drawn(ax)
    assert "fit, fit again" in {text.get_text() for text in ax.texts}
    for x, told in (("Fitness", "expected one of"), (3, "expected one of")):
        with pytest.raises(mm.InputError, match=told):
            mm.plot.pareto(found, x, "Fit")
    with pytest.raises(mm.InputError, match="expected a Comparison"):
        mm.plot.pareto([], "Fit", "Fit")


def test_names_of_strategies_that_reach_the_same_never_overlap():
    draw = np.random.default_rng(5)
    people = cohort()
    found = mm.compare(
        people,
        {f"strategy {k} with a long name": mm.Program(aims=[mm.aims.Fit(), mm.aims.EvenLoad()]) for k in range(12)},
    )
    runs = [
        replace(run, totals=(("Fit", int(x)), ("EvenLoad", int(y))))
        for run, (x, y) in zip(found, draw.integers(0, 4, (12, 2)) * [1, 100], strict=True)
    ]
    ax = mm.plot.pareto(type(found)(runs), "Fit", "EvenLoad")
    drawn(ax)
    shown = " ".join(text.get_text() for text in ax.texts)
    assert {k for k in range(12) if f"strategy {k} " in shown.replace("\n", " ")} == set(range(12))


@pytest.mark.parametrize("form", mm.formats.FORMATS)
def test_the_course_of_a_match_shows_every_session_and_task(form):
    people = mm.Cohort(
        [mm.Participant("ann", offers=[mm.Offer("x")]), mm.Participant("eva", requests=[mm.Request("x")])]
    )
    result = mm.solve(people, mm.Program(format=form))
    (plan,) = mm.schedule(people, result, start="2027-01-11", end="2027-06-30").plans
    ax = mm.plot.timeline(plan, "Asia/Kolkata")
    drawn(ax)
    assert sum(len(points.get_offsets()) for points in ax.collections) == len(plan.sessions) + len(plan.dues)
    assert "session 1, virtual" in [label.get_text() for label in ax.get_yticklabels()]
    drawn(mm.plot.timeline(plan, ax=mm.plot.figure(figsize=(5, 3)).subplots()))


def test_a_week_has_a_block_for_each_session():
    people = mm.Cohort(
        [
            mm.Participant("ann", offers=[mm.Offer("x")], availability="Mon 9-12", timezone="Europe/Berlin"),
            mm.Participant("eva", requests=[mm.Request("x")], availability="Mon 9-12", timezone="Europe/Berlin"),
        ]
    )
    matching = mm.solve(people).matching
    dates = planned(people, mm.Program(), matching, start="2027-01-11", end="2027-01-15")
    ax = mm.plot.week(dates, "2027-01-11", "Europe/Berlin")
    drawn(ax)
    (block,) = ax.patches
    assert (round(block.get_x() + 0.45), block.get_y(), block.get_height()) == (0, 9, 1)
    sunday = mm.plot.week(dates, dt.date(2027, 1, 17), "Europe/Berlin")
    assert (sunday.get_title(), len(sunday.patches)) == (ax.get_title(), 1) == ("Week of 2027-01-11", 1)
    assert not mm.plot.week(dates, "2027-02-01").patches
    with pytest.raises(mm.InputError, match="expected a date"):
        mm.plot.week(dates, "next week")


def test_value_and_bound_meet():
    people = [mm.Participant(f"x{k}", offers=[mm.Offer("a")]) for k in range(2)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request("a")]) for k in range(7)]
    recorder = mm.plot.Recorder()
    program = mm.Program(group=(3, 4), aims=[mm.aims.Coverage()])
    result = mm.solve(mm.Cohort(people), program, progress=recorder)
    ax = mm.plot.anytime(recorder)
    drawn(ax)
    assert [line.get_ydata()[-1] for line in ax.lines] == [result.value[0], result.bound[0]]
    with pytest.raises(mm.InputError, match="nothing was recorded"):
        mm.plot.anytime(mm.plot.Recorder())


def test_every_scenario_has_a_picture_and_all_of_them_are_small():
    docs = Path(__file__).parent.parent / "docs"
    for page in (docs / "scenarios").glob("*.md"):
        assert page.name == "index.md" or "](../_static/pictures/" in page.read_text(encoding="utf-8"), page.name
    assert sum(picture.stat().st_size for picture in (docs / "_static").rglob("*.*")) < 2_000_000


def test_a_missing_matplotlib_is_one_sentence(monkeypatch):
    mm.plot._shown_figure.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(mm.errors.ExtraError, match=r'pip install "mmatch\[plot\]"'):
        mm.plot.supply(cohort())
