"""One test a file shape of real sign-ups: each reads, or says what to change. All data is invented."""

import pytest

from mmatch.cohort import Meeting
from mmatch.errors import InputError
from mmatch.signup import read_cohort, read_files


@pytest.fixture
def files(tmp_path):
    """Write files, give their paths: files({"mentors.csv": "id\\nm1\\n"})."""

    def write(texts):
        paths = []
        for name, text in texts.items():
            path = tmp_path / name
            path.write_text(text, encoding="utf-8", newline="")
            paths.append(path)
        return paths

    return write


def meanings(reading):
    return {(c.file, c.column): (c.meaning, c.how) for c in reading.mapping.columns}


def codes(reading):
    return [w.code for w in reading.warnings]


def test_two_plain_files(files):
    paths = files(
        {
            "mentors.csv": "id,name,topic,capacity,department\nm1,Ann,python; sql,2,Ops\nm2,Bob,sql,,HR\n",
            "mentees.csv": "id,name,topic,level\nx1,Xu,python,1.5\n",
        }
    )
    cohort = read_cohort(*paths)
    assert [o.topic for o in cohort["m1"].offers] == ["python", "sql"]
    assert (cohort["m1"].capacity, cohort["m2"].capacity) == (2, None)
    assert cohort["m1"].attributes == {"department": "Ops"}
    assert [(r.topic, r.level) for r in cohort["x1"].requests] == [("python", 1.5)]
    assert cohort["m1"].requests == ()
    assert cohort["x1"].offers == ()


def test_organisation_export_with_two_roles_and_lists_in_one_cell(files):
    heads = (
        "first name,last name,email address,both mentor and mentee,job title,grade,organisation,profession,"
        "match with similar identity,identity to match,biography"
    )
    story = "Loves tea; and, also, long talks about policy in the evening hours"
    paths = files(
        {
            "mentors.csv": f'{heads},characteristics\nAnn,Alvarez,ann@x.org,No,Lead,7,A,P,no,,"{story}","calm, fair"\n'
            'Bob,Berg,bob@x.org,Yes,Head,6,B,Digital,yes,Welsh,,"calm"\n',
            "mentees.csv": f"{heads}\nCid,Cruz,cid@x.org,,Officer,5,B,Policy,no,,\n",
        }
    )
    reading = read_files(*paths)
    ann, bob = reading.cohort["ann@x.org"], reading.cohort["bob@x.org"]
    assert ann.name == "Ann Alvarez"
    assert (len(ann.offers), len(ann.requests)) == (1, 0)
    assert (len(bob.offers), len(bob.requests)) == (1, 1)
    assert (ann.attributes["grade"], ann.offers[0].level) == (7, 7)
    assert ann.attributes["characteristics"] == ("calm", "fair")
    assert bob.attributes["characteristics"] == ("calm",)
    assert ann.attributes["biography"] == story
    assert codes(reading).count("email-id") == 2


def test_a_head_that_is_nearly_one_that_decides_is_asked_about(files):
    """A misspelled head gave everybody one seat, and said nothing."""
    text = "id,role,capactiy,topic,region\nann,mentor,2,r,north\neva,mentee,,r,south\n"
    (path,) = files({"people.csv": text})
    (question,) = read_files(path).questions
    assert (question.column, question.about, question.alternatives) == (
        "capactiy",
        "capacity",
        ("capacity", "attribute"),
    )
    with pytest.raises(InputError, match='the head is nearly "capacity"'):
        read_cohort(path)
    assert read_files(path).guess["ann"].attributes["capactiy"] == 2
    assert read_files(path, mapping={"capactiy": "attribute"}).questions == ()
    assert read_files(path, answers=["capactiy=capacity"]).cohort["ann"].capacity == 2


def test_zones_that_are_no_places_are_told(files):
    text = "id,role,topic,timezone\nann,mentor,r,EST\neva,mentee,r,Europe/Berlin\nfinn,mentee,r,UTC\n"
    reading = read_files(*files({"people.csv": text}))
    (told,) = [warning for warning in reading.warnings if warning.code == "zone"]
    assert told.message.startswith('"EST" is read as EST: ')


def test_form_export_with_questions_as_heads_and_hundreds_of_empty_rows(files):
    text = (
        "Timestamp,Do you want to sign up as a mentor?,Your first name,Your last name,Your grade,Your profession\n"
        "2026-01-01 9:00,Yes,Ann,Alvarez,7,Policy\n2026-01-02 9:00,No,Xu,Ek,5,Policy\n" + ",,,,,\n" * 300
    )
    reading = read_files(*files({"form.csv": text}))
    ann, xu = reading.cohort["Ann Alvarez"], reading.cohort["Xu Ek"]
    assert (len(ann.offers), len(ann.requests), len(xu.offers), len(xu.requests)) == (1, 0, 0, 1)
    assert ann.attributes == {"grade": 7, "profession": "Policy"}
    assert "300 empty rows" in next(w.message for w in reading.warnings if w.code == "empty-rows")
    assert meanings(reading)["form.csv", "Timestamp"] == ("ignore", "")


def test_corporate_form_with_capacities_in_sentences_and_preferences_over_attributes(files):
    paths = files(
        {
            "mentors.csv": "wwid,gender,site,years,position_level,genders_pref_yes,genders_pref_maybe,"
            "max_mentee_count\n"
            '11,F,Oslo,10,5,F;M,,"One mentee only, please!"\n'
            "12,M,Lund,4,6,F,M,I can handle this! Give me three mentees.\n",
            "mentees.csv": "wwid,gender,site,years,position_level,wwid_pref,wants_random_mentor,priority\n"
            "21,F,Oslo,1,2,12;11,Definitely Yes,3\n22,F,Lund,1,2,11,No,\n23,M,Lund,2,2,,No,1\n",
        }
    )
    reading = read_files(*paths)
    cohort = reading.cohort
    assert (cohort["11"].capacity, cohort["12"].capacity) == (1, 3)
    assert cohort["11"].attributes["genders_pref_yes"] == ("F", "M")
    assert cohort["12"].attributes["genders_pref_maybe"] == ("M",)
    assert (cohort["11"].site, cohort["11"].attributes["years"]) == ("Oslo", 10)
    assert cohort["21"].ranks == ("12", "11")
    assert cohort["22"].ranks == ("11", "12")
    assert cohort["23"].ranks is None
    assert [cohort[i].requests[0].priority for i in ("21", "22", "23")] == [3, 1, 1]


def test_a_wish_list_is_followed_by_one_tie_of_all_others_unless_it_is_strict(files):
    texts = {"mentors.csv": "id\na\nb\nc\nd\n", "mentees.csv": "id,wishes\nx,c\ny,\n"}
    paths = files(texts)
    assert read_cohort(*paths)["x"].ranks == ("c", ("a", "b", "d"))
    strict = read_cohort(*paths, mapping={"wishes": "strict_ranks"})
    assert strict["x"].ranks == ("c",)
    assert strict["y"].ranks is None


def test_capacity_in_words_and_the_last_answer_of_a_person(files):
    text = (
        "name,email,howManyAreYouWillingToMentor\nAnn,a@x.org,Just One\nBob,b@x.org,Up to Two\nCy,c@x.org,Up to Three\n"
        "Dee,d@x.org,\nAnn,A@x.org,Up to Two\n"
    )
    reading = read_files(*files({"mentors.csv": text}))
    assert [reading.cohort[f"{i}@x.org"].capacity for i in "abcd"] == [2, 2, 3, None]
    told = next(w for w in reading.warnings if w.code == "duplicate-id")
    assert str(told).startswith('mentors.csv line 6 column "email"')
    assert "first at mentors.csv line 2: the last answer counts" in told.message


def test_the_same_person_in_both_files_is_one_participant_in_both_roles(files):
    paths = files(
        {
            "mentors.csv": "id,topic,department,site\np,python,Ops,Oslo\n",
            "mentees.csv": "id,topic,department,goal\np,sql,HR,grow\nx,python,HR,\n",
        }
    )
    reading = read_files(*paths)
    person = reading.cohort["p"]
    assert ([o.topic for o in person.offers], [r.topic for r in person.requests]) == (["python"], ["sql"])
    assert person.attributes == {"department": "HR", "goal": "grow"}
    assert person.site == "Oslo"
    told = next(w for w in reading.warnings if w.code == "contradiction")
    assert '"department" of "p" differs from mentors.csv line 2' in told.message


def test_a_week_of_0_and_1_becomes_availability(files):
    hours = ",".join(
        f"{day} {hour}:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") for hour in range(24)
    )
    bits = ",".join("1" if k in {9, 10, 11, 24 * 2 + 14, 24 * 2 + 15} else "0" for k in range(168))
    plain = ",".join(str(k) for k in range(168))
    paths = files({"mentors.csv": f"Name,{hours}\nAnn,{bits}\n", "mentees.csv": f"Name,{plain}\nXu,{bits}\n"})
    reading = read_files(*paths)
    assert reading.cohort["Ann"].availability == reading.cohort["Xu"].availability == "Mon 9-12; Wed 14-16"
    assert [w.where for w in reading.warnings if w.code == "hours"] == ["mentees.csv"]
    assert meanings(reading)["mentors.csv", "*"] == ("hours", "")


def test_half_hours_of_twelve_hours_a_day(files):
    heads = ",".join(
        f"{day} {8 + k // 2}:{k % 2 * 30:02}"
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        for k in range(24)
    )
    bits = ",".join("1" if k in {1, 2, 24} else "0" for k in range(168))
    cohort = read_cohort(*files({"mentors.csv": f"Name,{heads}\nAnn,{bits}\n"}))
    assert cohort["Ann"].availability == "Mon 8:30-9:30; Tue 8-8:30"


def test_one_column_a_mentor_with_0_and_1_says_who_is_accepted(files):
    paths = files(
        {"mentors.csv": "name\nAnn\nBob\nCid\n", "mentees.csv": "name,Ann,Bob,Cid\nXu,1,0,1\nYo,,1,\nZo,0,0,0\n"}
    )
    reading = read_files(*paths)
    assert [reading.cohort[i].ranks for i in ("Xu", "Yo", "Zo")] == [(("Ann", "Cid"),), ("Bob",), ()]
    assert meanings(reading)["mentees.csv", "*"] == ("accepts", "")


def test_one_column_a_mentor_with_yes_maybe_no(files):
    paths = files(
        {
            "mentors.csv": "id,name\na,Ann\nb,Bob\nc,Cid\nd,Dee\n",
            "mentees.csv": "name,team,Rate [Ann],Rate [Bob],Rate [Cid],Rate [Dee]\n"
            'Xu,x,Definitely Yes,"Yes, but not my first choice",No,Definitely Yes\nYo,y,Yes,,No,\nZo,z,,,,\n',
        }
    )
    cohort = read_cohort(*paths)
    assert cohort["Xu"].ranks == (("a", "d"), "b")
    assert cohort["Yo"].ranks == ("a", ("b", "d"))
    assert cohort["Zo"].ranks is None
    assert cohort["Xu"].attributes == {"team": "x"}


def test_repeated_heads_are_first_and_second_choice(files):
    paths = files({"mentors.csv": "name\nAnn\nBob\nCid\n", "mentees.csv": "name,choice,choice\nXu,Bob,Ann\nYo,,Cid\n"})
    cohort = read_cohort(*paths)
    assert cohort["Xu"].ranks == ("Bob", "Ann", "Cid")
    assert cohort["Yo"].ranks == ("Cid", ("Ann", "Bob"))


def test_numbered_choices(files):
    paths = files({"mentors.csv": "name\nAnn\nBob\n", "mentees.csv": "name,1st choice,Second choice\nXu,Bob,Ann\n"})
    assert read_cohort(*paths)["Xu"].ranks == ("Bob", "Ann")


def test_a_wide_matrix_of_scores_in_which_minus_five_bans(files):
    reading = read_files(*files({"scores.csv": "name,Ann,Bob,Cid\nXu,5,-5,1\nYo,0,2,\n"}))
    assert reading.cohort.scores == {("Ann", "Xu"): 5, ("Cid", "Xu"): 1, ("Ann", "Yo"): 0, ("Bob", "Yo"): 2}
    assert meanings(reading)["scores.csv", "*"] == ("scores", "bans")
    assert len(reading.cohort["Ann"].offers) == len(reading.cohort["Xu"].requests) == 1


def test_a_matrix_beside_files_of_people(files):
    paths = files(
        {
            "mentors.csv": "id,capacity\na,2\nb,1\n",
            "mentees.csv": "id,topic\nx,\ny,\n",
            "matrix.csv": "mentee,a,b\nx,0.5,2\ny,1,\n",
        }
    )
    assert read_cohort(*paths).scores == {("a", "x"): 0.5, ("b", "x"): 2, ("a", "y"): 1}


def test_a_matrix_names_unknown_people_once(files):
    known = "write an id, e-mail address or full name that stands in these files"
    paths = files({"mentors.csv": "id\na\nb\n", "mentees.csv": "id\nx\n", "matrix.csv": "mentee,a,c\nx,1,2\nz,1,2\n"})
    with pytest.raises(InputError) as caught:
        read_cohort(*paths)
    assert [str(p) for p in caught.value.problems] == [
        f'matrix.csv column "c": unknown id "c" ({known})',
        f'matrix.csv line 3 column "mentee": unknown id "z" ({known})',
    ]


def test_chinese_heads(files):
    paths = files({"mentors.csv": "中文姓名,学生容量\n李雷,2\n王芳,1\n", "mentees.csv": "中文姓名\n韩梅\n"})
    cohort = read_cohort(*paths)
    assert (cohort["李雷"].capacity, cohort["王芳"].name) == (2, "王芳")


@pytest.mark.parametrize(
    ("cell", "separator"), [("a; b", "list ;"), ("a|b", "list |"), ("a\nb", "list by line"), ("a, b", "list ,")]
)
def test_lists_in_a_cell(files, cell, separator):
    paths = files({"mentors.csv": f'id,topic\nm,"{cell}"\nn,a\n', "mentees.csv": "id,topic\nx,a\n"})
    reading = read_files(*paths)
    assert [o.topic for o in reading.cohort["m"].offers] == ["a", "b"]
    assert meanings(reading)["mentors.csv", "topic"] == ("topic", separator)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Writing (e.g., letters, reports), Speaking", "Speaking"], ("Writing (e.g., letters, reports)", "Speaking")),
        (["Soft skills, e.g., writing, communication", "Speaking"], ("Soft skills, e.g., writing, communication",)),
        (
            ["Soft skills, e.g., writing, communication; Speaking", "x"],
            ("Soft skills, e.g., writing, communication", "Speaking"),
        ),
    ],
)
def test_option_texts_that_contain_commas_stay_whole(files, cells, expected):
    rows = "".join(f'm{k},"{cell}"\n' for k, cell in enumerate(cells))
    cohort = read_cohort(*files({"mentors.csv": f"id,topic\n{rows}"}))
    assert tuple(o.topic for o in cohort["m0"].offers) == expected


def test_an_unknown_column_is_a_list_only_where_options_repeat(files):
    text = (
        'id,hobby,address,story\n1,"chess, tea","Berlin, Germany","Born here, moved there, and then a long story"\n'
        '2,"tea, chess","Bonn, Germany",x\n3,"tea",,\n4,"golf, tea, chess","Berlin, Germany",\n'
    )
    reading = read_files(*files({"mentors.csv": text}))
    person = reading.cohort["1"]
    assert person.attributes["hobby"] == ("chess", "tea")
    assert person.attributes["address"] == "Berlin, Germany"
    assert person.attributes["story"].startswith("Born here, moved")


def test_wishes_and_exclusions_for_people_of_other_files(files):
    paths = files(
        {
            "mentors.csv": "email,name\na@x.org,Ann\nb@x.org,Bob\n",
            "mentees.csv": "email,name\nx@x.org,Xu\ny@x.org,Yo\n",
            "wishes.csv": "email,should_match_with,exclude_option\nx@x.org,b@x.org,\ny@x.org,,Ann\na@x.org,Yo,\n",
        }
    )
    reading = read_files(*paths)
    assert reading.cohort["x@x.org"].ranks == ("b@x.org", "a@x.org")
    assert reading.cohort["y@x.org"].avoids == ("a@x.org",)
    assert reading.cohort["a@x.org"].mentee_ranks == ("y@x.org", "x@x.org")
    assert reading.mapping.file("wishes.csv").shape == "additions"


def test_long_triples_quotas_and_history_beside_people(files):
    paths = files(
        {
            "mentors.csv": "name\nAnn\nBob\n",
            "mentees.csv": "name\nXu\nYo\n",
            "weights.csv": "mentee,mentor,score\nXu,Ann,3\nXu,Bob,1\nYo,Ann,0.5\n",
            "quotas.csv": "mentor,max\nAnn,two\nBob,1\n",
            "history.csv": "mentor,mentee,date\nAnn,Xu,2025-01-01\nZed,Xu,\n",
        }
    )
    cohort = read_cohort(*paths)
    assert cohort.scores == {("Ann", "Xu"): 3, ("Bob", "Xu"): 1, ("Ann", "Yo"): 0.5}
    assert (cohort["Ann"].capacity, cohort["Bob"].capacity) == (2, 1)
    assert cohort.history == (Meeting("Ann", "Xu", date="2025-01-01"), Meeting("Zed", "Xu"))
    assert "Zed" not in cohort


def test_triples_of_minus_one_zero_one_with_quotas_alone(files):
    paths = files(
        {
            "pairs.csv": "mentee,mentor,value\nXu,Ann,-1\nXu,Bob,1\nYo,Ann,0\n",
            "quotas.csv": "mentor,max\nAnn,2\nBob,1\n",
        }
    )
    reading = read_files(*paths)
    assert reading.cohort.scores == {("Bob", "Xu"): 1, ("Ann", "Yo"): 0}
    assert reading.cohort["Ann"].capacity == 2
    assert meanings(reading)["pairs.csv", "value"] == ("score", "bans")


def test_triples_of_nothing_but_minus_one_are_exclusions(files):
    paths = files(
        {"mentors.csv": "id\na\nb\n", "mentees.csv": "id\nx\n", "never.csv": "mentor,mentee,allowed\na,x,-1\n"}
    )
    cohort = read_cohort(*paths)
    assert cohort.scores is None
    assert cohort["x"].avoids == ("a",)


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("UTC+2", "Etc/GMT-2"),
        ("+02:00", "Etc/GMT-2"),
        ("GMT-5", "Etc/GMT+5"),
        ("(UTC-03:00) Brasilia", "America/Sao_Paulo"),
        ("UTC", "Etc/UTC"),
        ("", None),
    ],
)
def test_time_zones_as_names_and_as_offsets(files, cell, zone):
    assert read_cohort(*files({"mentors.csv": f"id,Time zone\nm,{cell}\n"}))["m"].timezone == zone


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_taken_where_the_heads_make_sense(files, delimiter):
    text = "id,topic,capacity\nm,python,2\n".replace(",", delimiter)
    reading = read_files(*files({"mentors.csv": text}))
    assert reading.cohort["m"].capacity == 2
    assert reading.mapping.file("mentors.csv").delimiter == delimiter
    assert "delimiter" in codes(reading)


def test_a_role_column_and_one_file(files):
    text = (
        "id,role,expertise,wants to learn\n1,Mentor,python,\n2,mentee,,sql\n3,both,sql,python\n4,Mentor & mentee,r,\n"
    )
    cohort = read_cohort(*files({"people.csv": text}))
    assert [(len(p.offers), len(p.requests)) for p in cohort] == [(1, 0), (0, 1), (1, 1), (1, 1)]
    assert (cohort["3"].offers[0].topic, cohort["3"].requests[0].topic) == ("sql", "python")


def test_without_a_word_on_roles_the_first_file_holds_the_mentors(files):
    reading = read_files(*files({"a.csv": "id,topic\n1,x\n", "b.csv": "id,topic\n2,x\n"}))
    assert (len(reading.cohort["1"].offers), len(reading.cohort["2"].requests)) == (1, 1)
    assert codes(reading) == ["role", "role", "no-capacity"]


def test_a_name_that_says_mentee_beats_the_order(files):
    cohort = read_cohort(*files({"Mentees 2026.csv": "id\nx\n", "experts.csv": "id\nm\n"}))
    assert (len(cohort["m"].offers), len(cohort["x"].requests)) == (1, 1)


def test_keywords_name_the_roles(files):
    one, two = files({"a.csv": "id\nx\n", "b.csv": "id\nm\n"})
    cohort = read_cohort(mentees=one, mentors=[two])
    assert (len(cohort["m"].offers), len(cohort["x"].requests)) == (1, 1)


def test_topics_are_one_whatever_their_case(files):
    reading = read_files(*files({"mentors.csv": "id,topic\nm,Python\n", "mentees.csv": "id,topic\nx,python\n"}))
    assert reading.cohort["x"].requests[0].topic == "Python"
    assert 'the topic "python" is taken for "Python"' in [w.message for w in reading.warnings]


def test_a_blank_topic_meets_every_topic_and_is_told(files):
    reading = read_files(*files({"mentees.csv": "id,topic\nx,\ny,sql\n"}))
    assert reading.cohort["x"].requests[0].topic == ""
    assert "blank-topic" in codes(reading)


def test_one_file_goes_by_ids_and_the_other_by_addresses(files):
    paths = files(
        {
            "mentors.csv": "id,email\nm1,ann@x.org\nm2,bob@x.org\n",
            "mentees.csv": "email,wishes\nAnn@x.org,m2\nxu@x.org,ann@x.org\n",
        }
    )
    cohort = read_cohort(*paths)
    assert [p.id for p in cohort] == ["m1", "m2", "xu@x.org"]
    assert (len(cohort["m1"].offers), len(cohort["m1"].requests)) == (1, 1)
    assert cohort["xu@x.org"].ranks == ("m1", "m2")


def test_two_people_of_one_name_are_told_apart(files):
    paths = files({"mentors.csv": "id,name\n1,Ann Lee\n2,Ann Lee\n", "mentees.csv": "id,wishes\nx,Ann Lee\n"})
    with pytest.raises(InputError, match=r'"Ann Lee" is the name of several people: "1", "2" \(write the id\)'):
        read_cohort(*paths)


def test_a_name_with_a_comma_is_one_wish(files):
    paths = files(
        {
            "mentors.csv": 'name\n"Lee, Ann"\n"Berg, Bo"\n',
            "mentees.csv": 'name,wishes\nXu,"Berg, Bo"\nYo,"Lee, Ann; Berg, Bo"\n',
        }
    )
    cohort = read_cohort(*paths)
    assert cohort["Xu"].ranks == ("Berg, Bo", "Lee, Ann")
    assert cohort["Yo"].ranks == ("Lee, Ann", "Berg, Bo")


def test_a_topic_that_is_nearly_one_on_offer_is_asked_about_and_merged_only_on_somebodys_word(files):
    paths = files({"mentors.csv": "id,topic\nm,Python\n", "mentees.csv": "id,topic\nx,Pyhton\ny,Python\n"})
    reading = read_files(*paths)
    (question,) = reading.questions
    assert (question.key, question.alternatives, question.decides) == ("Pyhton", ("Python",), False)
    assert reading.cohort["x"].requests[0].topic == "Pyhton"
    assert read_files(*paths, answers=["Pyhton=Python"]).cohort["x"].requests[0].topic == "Python"
    assert read_files(*paths, answers=["Pyhton=Python"]).questions == ()


def test_topics_of_files_have_a_tree_and_synonyms(files):
    paths = files(
        {
            "mentors.csv": "id,topic\nm,data\n",
            "mentees.csv": "id,topic\nx,statistics\ny,stats\n",
            "tree.csv": "topic,parent\nstatistics,data\n",
            "words.csv": "topic,synonym\nstatistics,stats; Statistik\n",
        }
    )
    cohort = read_cohort(*paths)
    assert dict(cohort.topics) == {"statistics": "data"}
    assert [cohort[i].requests[0].topic for i in "xy"] == ["statistics", "statistics"]


def test_levels_stand_behind_topics_or_in_grids(files):
    paths = files(
        {
            "mentors.csv": "id,topic\nm,data: 4; law: 2\nn,law: 3\n",
            "mentees.csv": "id,Which topics? [data],Which topics? [law]\nx,2,\ny,,0\nz,3,1\n",
        }
    )
    cohort = read_cohort(*paths)
    assert [(o.topic, o.level) for o in cohort["m"].offers] == [("data", 4), ("law", 2)]
    assert [(r.topic, r.level) for r in cohort["x"].requests] == [("data", 2)]


def test_two_tables_on_one_sheet_have_two_names(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text("Name,Email,,Name,Email\nAnn Lee,ann@x.org,,Bob Kay,bob@x.org\n", encoding="utf-8")
    reading = read_files(path)
    assert len({file.file for file in reading.mapping.files}) == 2
    assert read_files(path, mapping=reading.mapping).guess == reading.guess
