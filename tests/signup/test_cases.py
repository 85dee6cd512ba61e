"""Small sign-up files that went wrong once, each with what is right: the stories behind the reader's rules."""

import pytest

import mmatch as mm
from mmatch.errors import InputError


@pytest.fixture
def read(tmp_path):
    def write_and_read(texts, **options):
        paths = []
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8", newline="")
            paths.append(tmp_path / name)
        return mm.read_files(*paths, **options)

    return write_and_read


FORM = "ID,Start time,Completion time,Email,Name,First Name,Last Name,Email address"


def test_two_exports_of_a_form_that_are_each_numbered_from_1(read):
    """Mentor 2 and mentee 2 became one person; "anonymous" was an address; a blank Name hid first and last name."""
    topics = {"mentors.csv": "Which areas would you like to mentor in?", "mentees.csv": "Topics you enjoyed most"}
    rows = {
        "mentors.csv": "1,1/1/2026,1/1/2026,anonymous,,Ann,Lee,ann@x.org,Law;\n"
        "2,1/2/2026,1/2/2026,anonymous,,Bob,Ray,bob@x.org,Law;\n",
        "mentees.csv": "2,1/3/2026,1/3/2026,anonymous,,Cy,Oz,cy@x.org,Law;\n"
        "3,1/4/2026,1/4/2026,anonymous,,Di,Po,di@x.org,Law;\n",
    }
    cohort = read({name: f"{FORM},{topics[name]}\n{rows[name]}" for name in rows}).cohort
    assert [(p.id, p.name) for p in cohort] == [
        ("ann@x.org", "Ann Lee"),
        ("bob@x.org", "Bob Ray"),
        ("cy@x.org", "Cy Oz"),
        ("di@x.org", "Di Po"),
    ]


def test_numbers_of_rows_with_names_only(read):
    cohort = read({"mentors.csv": "ID,Name\n1,Ann\n2,Bob\n", "mentees.csv": "ID,Name\n1,Cy\n2,Di\n"}).cohort
    assert [p.id for p in cohort] == ["Ann", "Bob", "Cy", "Di"]


def test_the_same_id_with_the_same_name_is_one_person_in_both_roles(read):
    cohort = read({"mentors.csv": "id,name\np1,Ann\n", "mentees.csv": "id,name\np1,Ann\n"}).cohort
    assert [(p.id, len(p.offers), len(p.requests)) for p in cohort] == [("p1", 1, 1)]


def test_one_id_for_two_names_is_two_people_and_a_question(read):
    files = {"mentors.csv": "staff id,name\np1,Ann\n", "mentees.csv": "staff id,name\np1,Bob\n"}
    reading = read(files)
    assert [(q.about, q.key) for q in reading.questions] == [("identity", "p1")]
    assert len(reading.guess) == 2
    assert len(read(files, answers=["p1=one person"]).cohort) == 1


def test_siblings_under_one_address_are_two_people(read):
    cohort = read({"mentors.csv": "name\nAnn\n", "mentees.csv": "name,email\nCy Oz,oz@x.org\nDi Oz,oz@x.org\n"}).cohort
    assert [(p.name, p.email) for p in cohort if p.requests] == [("Cy Oz", "oz@x.org"), ("Di Oz", "oz@x.org")]


def test_one_name_under_two_addresses_is_asked_about(read):
    files = {"mentors.csv": "name,email\nAnn Lee,a@work.org\n", "mentees.csv": 'name,email\n"Lee, Ann",a@home.org\n'}
    reading = read(files)
    assert [q.about for q in reading.questions] == ["identity"]
    with pytest.raises(InputError, match="one person, or two"):
        _ = reading.cohort
    assert len(read(files, answers=["Lee, Ann=one person"]).cohort) == 1
    assert len(read(files, answers=["Lee, Ann=two people"]).cohort) == 2


def test_wishes_under_heads_that_count_up(read):
    files = {"mentors.csv": "Mentor\nm1\nm2\n", "mentees.csv": "Mentee,Year,First,Second\ne1,100,m2,m1\n"}
    assert read(files).cohort["e1"].ranks == ("m2", "m1")


@pytest.mark.parametrize("head", ["Choice A", "Mentor 1", "#1", "Wahl 1", "1. Wunsch", "Preference 1 (mentor name)"])
def test_other_heads_of_wishes(read, head):
    reading = read({"mentors.csv": "id\nm1\nm2\n", "mentees.csv": f"id,{head}\ne1,m2\ne2,m1\n"})
    assert reading.cohort["e1"].ranks == ("m2", "m1")


def test_names_under_an_unknown_head_are_asked_about_and_a_manager_is_not(read):
    reading = read({"mentors.csv": "id\nm1\nm2\n", "mentees.csv": "id,Buddy,Manager\ne1,m2,m1\ne2,m1,m1\n"})
    assert [(q.column, q.about) for q in reading.questions] == [("Buddy", "wishes")]
    assert [w.where for w in reading.warnings if w.code == "names"] == ['mentees.csv column "Manager"']


def test_hours_in_yes_and_no(read):
    files = {
        "mentors.csv": "id,Mon 8,Mon 9,Tue 14\nann,no,no,yes\n",
        "mentees.csv": "id,Monday morning,Tuesday morning\ncy,x,\n",
    }
    cohort = read(files).cohort
    assert (cohort["ann"].availability, cohort["cy"].availability) == ("Tue 14-15", "Mon 9-12")


def test_a_mapping_to_hours_without_hours_in_the_heads_is_an_error(read):
    with pytest.raises(InputError, match="their heads name no hours of the week"):
        _ = read({"mentors.csv": "id,Slot 1,Slot 2\nann,1,0\n"}, mapping={"Slot 1": "hours", "Slot 2": "hours"}).cohort


def test_a_question_that_each_branch_of_a_form_repeats_is_one(read):
    head = "How many mentors would you like? [Postdocs]"
    files = {"mentors.csv": "Name\nAnn Lee\n", "mentees.csv": f"Name,{head},{head}\nCy Oz,1,\nDi Po,,2\n"}
    assert [p.requests[0].mentors for p in read(files).cohort if p.requests] == [1, 2]


def test_rows_of_one_person_that_differ_in_lists_only_add_up(read):
    files = {"mentors.csv": "name,topic\nZoe,law\nSam,data\nZoe,art\n", "mentees.csv": "name,topic\nCy,law\nCy,art\n"}
    cohort = read(files).cohort
    assert [o.topic for o in cohort["Zoe"].offers] == ["law", "art"]
    assert [r.topic for r in cohort["Cy"].requests] == ["law", "art"]


def test_rows_that_differ_in_other_facts_do_not_add_up_in_silence(read):
    reading = read({"mentors.csv": "name,topic,capacity\nZoe,law,1\nZoe,art,2\n"})
    assert [(o.topic, reading.cohort["Zoe"].capacity) for o in reading.cohort["Zoe"].offers] == [("art", 2)]
    assert "duplicate-id" in {w.code for w in reading.warnings}


def test_a_later_answer_of_a_form_corrects_the_earlier_one(read):
    text = "Timestamp,Name,Role,Topic\n1/1/2026,Ann,Mentee,law\n1/2/2026,Ann,Mentor,art\n1/3/2026,Bo,Mentee,art\n"
    ann = read({"form.csv": text}).cohort["Ann"]
    assert ([o.topic for o in ann.offers], ann.requests) == (["art"], ())


def test_answers_that_begin_with_no_and_say_something_else(read):
    files = {
        "mentors.csv": "id,name\nann,Ann Lee\nbob,Bob Ray\n",
        "mentees.csv": "id,Ann Lee,Bob Ray\ncy,No preference,Yes\ndi,Not sure,No\ned,No problem,Yes\n",
    }
    cohort = read(files).cohort
    assert [cohort[i].ranks for i in ("cy", "di", "ed")] == [("bob", "ann"), ("ann",), (("ann", "bob"),)]


def test_rows_that_are_no_people(read):
    text = (
        "id,name,topic,capacity\na,Ann,law,2\nid,name,topic,capacity\nb,Bob,data,1\nTotal,,,3\nStand: 12.11.2026,,,\n"
    )
    reading = read({"mentors.csv": text})
    assert [p.id for p in reading.cohort] == ["a", "b"]
    assert [w.where for w in reading.warnings if w.code == "no-person"] == [f"mentors.csv line {n}" for n in (3, 5, 6)]


def test_somebody_called_total_is_a_person(read):
    assert [p.name for p in read({"mentors.csv": "id,name,topic\na,Ann,law\nb,Total,data\n"}).cohort] == [
        "Ann",
        "Total",
    ]


def test_decimal_commas(read):
    files = {"mentors.csv": "id;capacity\nann;1\nbob;1\n", "mentees.csv": "id;ann;bob\ncy;0,25;0,75\ndi;0,5;0,9\n"}
    assert read(files).cohort.scores == {
        ("ann", "cy"): 0.25,
        ("bob", "cy"): 0.75,
        ("ann", "di"): 0.5,
        ("bob", "di"): 0.9,
    }


def test_ranks_are_told_from_scores(read):
    mentors = "id,name\na,Ann Lee\nb,Bob Ray\nc,Cat Fox\n"
    rows = "cy,1,2,3\ndi,3,1,2\n"
    heads = ",".join(f"Please rank the mentors [{name}]" for name in ("Ann Lee", "Bob Ray", "Cat Fox"))
    ranked = read({"mentors.csv": mentors, "mentees.csv": f"id,{heads}\n{rows}"}).cohort
    assert (ranked["cy"].ranks, ranked["di"].ranks) == (("a", "b", "c"), ("b", "c", "a"))
    plain = {"mentors.csv": mentors, "mentees.csv": f"id,Ann Lee,Bob Ray,Cat Fox\n{rows}"}
    assert [q.about for q in read(plain).questions] == ["wishes"]
    assert read({**plain, "mentees.csv": "id,Ann Lee,Bob Ray,Cat Fox\ncy,1,2,2\n"}).questions == ()


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
def test_a_line_that_names_the_delimiter(read, line):
    assert read({"mentors.csv": f"{line}\nid;name;capacity\na;Ann;2\n"}).cohort["a"].capacity == 2


def test_a_label_names_a_place_with_its_summer_time(read):
    text = "id,timezone\nann,(GMT-05:00) Eastern Time (US & Canada)\n"
    assert read({"mentors.csv": text}).cohort["ann"].timezone == "America/New_York"


def test_a_column_of_regions_is_asked_about_once(read):
    rows = "".join(f"m{k},Europe - Africa\n" for k in range(50))
    reading = read({"mentors.csv": f"id,timezone\n{rows}"})
    assert [q.about for q in reading.questions] == ["time zone"]
    assert read({"mentors.csv": f"id,timezone\n{rows}"}, mapping={"timezone": "attribute:region"}).questions == ()


def test_hours_that_are_not_understood_are_told_with_their_lines_and_hold_up_nothing(read):
    files = {
        "mentors.csv": "id,availability\nann,Mon 9-12\n",
        "mentees.csv": 'id,availability\ncy,"Monday, Tuesday"\ndi,flexible\n',
    }
    reading = read(files)
    assert [(q.decides, q.evidence[:7]) for q in reading.questions] == [(False, "line 2:"), (False, "line 3:")]
    assert len(reading.cohort) == 3
    collected = read(files, on_bad_row="collect")
    assert [row.line for row in collected.rejected] == [2, 3]


def test_pairs_of_which_nothing_says_what_they_are_are_asked_about(read):
    people = {"mentors.csv": "id,name\na,Ann\n", "mentees.csv": "id,name\nx,Xu\n"}
    reading = read({**people, "list.csv": "mentor,mentee\nAnn,Xu\n"})
    assert [(q.file, q.about) for q in reading.questions] == [("list.csv", "pairs")]
    met = read({**people, "list.csv": "mentor,mentee\nAnn,Xu\n"}, answers=["list.csv=history"]).cohort
    assert met.history == (mm.Meeting("a", "x"),)
    banned = read({**people, "conflicts.csv": "mentor,mentee,reason\nAnn,Xu,boss\n"}).cohort
    assert banned["x"].avoids == ("a",)


def test_a_short_list_of_wishes_and_bans_does_not_forbid_everybody_else_in_silence(read):
    people = {"mentors.csv": "id\na\nb\n", "mentees.csv": "id\nx\ny\n"}
    reading = read({**people, "pairs.csv": "mentee,mentor,score\nx,a,1\ny,a,-1\n"})
    assert [q.about for q in reading.questions] == ["bans"]


def test_one_file_that_says_nothing_about_roles_is_asked_about(read):
    reading = read({"people.csv": "id,topic\na,law\n"})
    assert [(q.about, q.decides) for q in reading.questions] == [("role", True)]
    assert len(read({"people.csv": "id,topic\na,law\n"}, answers=["people.csv=mentee"]).cohort["a"].requests) == 1


def test_ticking_several_topics_asks_for_one_mentor(read):
    files = {"mentors.csv": "id,topic\nm,law\n", "mentees.csv": "id,topic\nx,law; art\n"}
    (request,) = read(files).cohort["x"].requests
    assert (set(request.topics), request.mentors) == ({"law", "art"}, 1)


def test_a_role_column_of_job_titles_is_no_role(read):
    text = "name,role,topic\nAnn,Engineer,law\nBo,Chief of staff,art\n"
    cohort = read({"mentors.csv": text}).cohort
    assert (cohort["Ann"].attributes, len(cohort["Ann"].offers)) == ({"role": "Engineer"}, 1)


def test_an_answer_that_names_no_column_and_no_meaning(read):
    with pytest.raises(InputError, match="expected Column=meaning"):
        read({"mentors.csv": "id\na\n"}, answers=["nonsense"])
    with pytest.raises(InputError, match='unknown meaning "idd"'):
        read({"mentors.csv": "id\na\n"}, answers=["id=idd"])


def test_a_language_is_kept_for_letters_and_as_an_attribute(read):
    text = "Name,Role,Topic,Preferred language\nAnn,mentor,Law,Deutsch\nBo,mentee,Law,pt\nCy,mentee,Law,Klingon\n"
    cohort = read({"signup.csv": text}).cohort
    assert [person.language for person in cohort] == ["de", "pt", ""]
    assert [person.attributes["preferred language"] for person in cohort] == ["Deutsch", "pt", "Klingon"]


def test_hours_that_would_be_at_night_are_told(read):
    text = (
        "Name,Role,Topic,Availability\nAnn,mentor,Law,Tue 1-3\nBo,mentee,Law,Mon 9-12\nCy,mentee,Law,Tue 01:00-03:00\n"
    )
    reading = read({"signup.csv": text})
    (question,) = reading.questions
    assert 'line 2: found "Tue 1-3", which would be at night' in str(question)
    assert [person.availability for person in reading.cohort][1:] == ["Mon 9-12", "Tue 1-3"]
    said = "Availability: Tue 1-3=Tue 13-15"
    assert read({"signup.csv": text}, answers=[said]).cohort["Ann"].availability == "Tue 13-15"


def test_roles_in_the_words_of_a_form_are_told_by_the_questions_that_follow(read):
    text = """Name,I am here,Ask me about,How many can you see?,I would like to learn
Ann,to pass on what I know,Law; Tax,2,
Bo,as somebody who starts out,,,Law
Cy,to pass on what I know,Tax; Art,1,
Di,as somebody who starts out,,,Tax; Art
Ed,a bit of each,Law; Art,3,Tax
Flo,as somebody who starts out,,,Art
"""
    reading = read({"signup.csv": text})
    roles = {person.id: (bool(person.offers), bool(person.requests)) for person in reading.cohort}
    assert roles["Ann"] == (True, False)
    assert roles["Bo"] == (False, True)
    assert roles["Ed"] == (True, True)
    assert any('"a bit of each" is both' in str(warning) for warning in reading.warnings)


def test_answers_that_tell_two_branches_and_not_whose_they_are_make_a_question(read):
    text = """Name,Team colour,Themes,Topics
Ann,red,Law; Tax,
Bo,blue,,Law
Cy,red,Tax; Art,
Di,blue,,Tax; Art
Ed,red,Law; Art,
Flo,blue,,Art
"""
    reading = read({"signup.csv": text})
    with pytest.raises(InputError, match="Team colour: red=mentor"):
        reading.cohort  # noqa: B018
    told = read({"signup.csv": text}, answers=["Team colour: red=mentor", "Team colour: blue=mentee"]).cohort
    assert [bool(person.offers) for person in told] == [True, False] * 3
