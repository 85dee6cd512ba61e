"""Rarer things that people do in sign-up files, each told or refused."""

import pytest

import mmatch as mm
from mmatch.errors import InputError
from mmatch.signup import read_cohort, read_files


@pytest.fixture
def files(tmp_path):
    def write(**texts):
        paths = []
        for name, text in texts.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8", newline="")
            paths.append(path)
        return paths

    return write


def refused(paths, **options):
    with pytest.raises(InputError) as caught:
        read_cohort(*paths, **options)
    return str(caught.value)


def test_a_blank_role_is_asked_for(files):
    text = refused(files(people="id,role\n1,mentor\n2,\n"))
    assert text.startswith('people.csv line 3 column "role": found an empty cell, expected mentor, mentee or both')
    assert len(read_cohort(*files(mentors="id,role\n1,\n"))["1"].offers) == 1


def test_yes_to_both_questions_is_both_and_no_to_both_is_left_out(files):
    heads = "id,Do you want to sign up as a mentor?,Do you want to sign up as a mentee?\n"
    cohort = read_cohort(*files(people=heads + "1,yes,yes\n2,yes,no\n3,no,no\n"))
    assert [(p.id, len(p.offers), len(p.requests)) for p in cohort] == [("1", 1, 1), ("2", 1, 0)]


def test_an_answer_to_one_question_in_words(files):
    cohort = read_cohort(*files(people="id,Do you want to sign up as a mentor?\n1,Mentor\n2,mentee only\n"))
    assert [(len(p.offers), len(p.requests)) for p in cohort] == [(1, 0), (0, 1)]


def test_two_columns_with_one_meaning_that_differ(files):
    reading = read_files(*files(mentors="id,capacity,max\n1,2,3\n2,2,2\n"))
    assert [p.capacity for p in reading.cohort] == [2, 2]
    assert [str(w) for w in reading.warnings] == [
        'mentors.csv line 2 column "max": found 3, another column with this meaning says 2, which counts'
    ]


def test_availability_in_several_columns(files):
    cohort = read_cohort(*files(mentors="id,availability,free times\n1,Mon 9-12,Tue 9-10\n"))
    assert cohort["1"].availability == "Mon 9-12; Tue 9-10"


def test_two_scores_of_one_pair(files):
    text = refused(files(scores="mentee,mentor,score\nx,a,1\nx,a,2\n"))
    assert (
        'scores.csv line 3 column "score": the pair "a", "x" has another score already (give each pair one score)'
        in text
    )


def test_a_pair_with_oneself(files):
    assert "nobody is matched with themselves" in refused(files(scores="mentee,mentor,score\na,a,1\n"))


def test_a_blank_id_in_a_pair(files):
    assert 'line 2 column "mentor": found an empty cell' in refused(files(scores="mentee,mentor,score\nx,,1\n"))
    assert 'line 2 column "mentee": found an empty cell' in refused(files(history="mentee,mentor\n,a\n"))


def test_two_files_of_one_name(tmp_path):
    for folder, text in (("a", "id\nm1\n"), ("b", "id\nm2\nm1\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mentors.csv").write_text(text)
    reading = read_files(tmp_path / "a" / "mentors.csv", tmp_path / "b" / "mentors.csv")
    assert [f.file for f in reading.mapping.files] == ["mentors.csv", "b/mentors.csv"]
    assert len(reading.cohort) == 2


def test_a_column_without_a_head_is_left_out_and_told(files):
    reading = read_files(*files(mentors=",id,,topic\n0,m1,note,a\n"))
    assert [w.where for w in reading.warnings if w.code == "no-head"] == [
        "mentors.csv column 3",
        "mentors.csv column 1",
    ]
    assert reading.cohort["m1"].attributes == {}


def test_mentors_as_rows_of_a_matrix(files):
    cohort = read_cohort(*files(mentors="id\na\nb\n", mentees="id\nx\ny\n", grid="mentors,x,y\na,1,2\nb,,3\n"))
    assert cohort.scores == {("a", "x"): 1, ("a", "y"): 2, ("b", "y"): 3}


def test_mentors_who_rate_mentees_in_their_own_file(files):
    cohort = read_cohort(*files(mentors="id,team,x,y\na,t,yes,no\nb,t,maybe,yes\n", mentees="id\nx\ny\n"))
    assert [cohort[i].mentee_ranks for i in "ab"] == [("x",), ("y", "x")]


def test_a_block_may_be_forced_and_its_cells_are_checked(files):
    paths = files(mentors="id\na\nb\n", mentees="id,a,b\nx,1,often\n")
    text = refused(paths, mapping={"mentees.csv": {"*": "scores"}})
    assert 'mentees.csv line 2 column "b": found "often", expected a number' in text


def test_a_level_in_words_is_an_attribute(files):
    cohort = read_cohort(*files(mentors="id,level\n1,senior\n2,junior\n"))
    assert [(p.offers[0].level, p.attributes) for p in cohort] == [
        (None, {"level": "senior"}),
        (None, {"level": "junior"}),
    ]


def test_a_level_that_is_mostly_numbers_names_the_others(files):
    assert 'line 4 column "level": found "high"' in refused(files(mentors="id,level\n1,1\n2,2\n3,high\n"))


def test_a_minimum_above_the_capacity(files):
    text = refused(files(mentors="id,capacity,min load\na,1,2\n"))
    assert text == 'mentors.csv line 2 column "min load": min_load 2 is above the capacity 1'


def test_ids_that_no_cohort_takes_are_named_in_their_file(files):
    assert refused(files(mentors="id\n" + "a" * 300 + "\n")).startswith(
        'mentors.csv line 2 column "id": the id is 300 char'
    )
    assert "control character U+202E" in refused(files(mentors="id\na\u202eb\n"))


@pytest.mark.parametrize(
    "table",
    [
        "id,role,I can't make [Mon 9-10],I can't make [Tue 9-10]\na,mentor,x,\nb,mentee,,x\n",
        "id,role,Busy times,\na,mentor,Mon 9-12,\nb,mentee,Tue 9-12,\n",
        "id,role,When are you not available?,\na,mentor,Mon 9-12,\nb,mentee,Tue 9-12,\n",
        "id,role,On which days can you not meet?,\na,mentor,Monday;Friday,\nb,mentee,Tuesday,\n",
    ],
)
def test_when_people_are_not_free_is_asked_about(files, table):
    reading = read_files(*files(people=table))
    assert [q.about for q in reading.questions] == ["availability"]
    assert all(person.availability is None for person in reading.guess)


def test_two_files_of_one_name_are_told_apart_by_what_they_ask(files):
    offered, wanted = "id,topics I can offer,max\na,Law,2\n", "id,topics wanted\nb,Law\nc,Law\n"
    cohort = read_cohort(*files(mentor_programme_a=offered, mentor_programme_b=wanted))
    assert [(p.id, len(p.offers), len(p.requests)) for p in cohort] == [("a", 1, 0), ("b", 0, 1), ("c", 0, 1)]


def test_a_state_that_is_no_known_word_is_asked_about(files):
    paths = files(people="id,role,status\na,mentor,confirmed\nb,mentee,waitlist\nc,mentee,confirmed\n")
    assert 'does "waitlist"' in refused(paths)
    assert [p.id for p in read_files(*paths, answers=["status: waitlist=withdrawn"]).cohort] == ["a", "c"]
    assert len(read_files(*paths, answers=["status: waitlist=active"]).cohort) == 3


def test_a_remark_behind_a_name_that_names_somebody_else_is_asked_about(files):
    mentors = "id,name\nm1,Ann Lee\nm2,Bob Ray\n"
    remark = "id,name,not with\nx,Cy Dow,Ann Lee (my sister)\ny,Di Fox,Bob Ray\n"
    assert read_cohort(*files(mentors=mentors, mentees=remark))["x"].avoids == ("m1",)
    assert "Ann Lee (or Bob Ray)" in refused(files(mentors=mentors, mentees=remark.replace("my sister", "or Bob Ray")))


def test_dates_under_a_head_about_hours_are_kept_and_told(tmp_path):
    """ "Available from 2027-01-10" is no hours of a week; it is neither read as such nor asked about, but told."""
    path = tmp_path / "people.csv"
    lines = ["name,email,role,topic,available from"]
    lines += [f"P{k},p{k}@x.org,{'mentor' if k < 2 else 'mentee'},data,2027-01-1{k}" for k in range(4)]
    path.write_text("\n".join(lines) + "\n")
    reading = mm.read_files(path)
    assert [question for question in reading.questions if question.decides] == []
    assert {person.availability for person in reading.cohort} == {None}
    assert any("holds dates, not hours of a week" in str(warning) for warning in reading.warnings)


def test_the_state_that_most_people_have_needs_no_question(tmp_path):
    """Nobody asks whether the bulk of a list takes part; a state of a few that is no known word is asked about."""
    path = tmp_path / "people.csv"
    states = ["Ticketed"] * 5 + ["Withdrawn", "Waitlist"]
    lines = ["name,email,role,topic,status"]
    lines += [f"P{k},p{k}@x.org,{'mentor' if k < 3 else 'mentee'},data,{state}" for k, state in enumerate(states)]
    path.write_text("\n".join(lines) + "\n")
    (question,) = [question for question in mm.read_files(path).questions if question.decides]
    assert "Waitlist" in str(question)
