"""The mapping that was chosen: it prints, travels, can be edited and given back."""

import json
from dataclasses import replace

import pytest

from mmatch.errors import InputError
from mmatch.signup import ColumnMeaning, FileMapping, read_cohort, read_files


@pytest.fixture
def people(tmp_path):
    mentors, mentees = tmp_path / "mentors.csv", tmp_path / "mentees.csv"
    mentors.write_text("Code,Who,Strong in,Places\na,Ann,python/sql,2\nb,Bob,sql,1\n")
    mentees.write_text("Code,Who,Wants,Likes\nx,Xu,sql,b\n")
    return mentors, mentees


MAPPING = {
    "Code": "id",
    "Who": "name",
    "Strong in": "offers",
    "Wants": "requests",
    "Places": "capacity",
    "Likes": "strict_ranks",
}


def test_a_dict_says_what_the_heads_do_not(people):
    cohort = read_cohort(*people, mapping=MAPPING)
    assert (cohort["a"].capacity, cohort["x"].ranks, cohort["x"].requests[0].topic) == (2, ("b",), "sql")


def test_a_dict_by_file(people):
    cohort = read_cohort(
        *people,
        mapping={"mentors.csv": {"Code": "id"}, "mentees.csv": {"Who": "id", "Code": "ignore", "Likes": "ignore"}},
    )
    assert [p.id for p in cohort] == ["a", "b", "Xu"]


def test_save_edit_and_give_back(people, tmp_path):
    reading = read_files(*people, mapping=MAPPING)
    reading.mapping.save(tmp_path / "mapping.json")
    assert FileMapping.load(tmp_path / "mapping.json") == reading.mapping
    assert FileMapping.from_json(reading.mapping.to_json()) == reading.mapping
    assert read_cohort(*people, mapping=tmp_path / "mapping.json") == reading.cohort
    saved = json.loads((tmp_path / "mapping.json").read_text())
    next(c for c in saved["columns"] if c["column"] == "Places")["meaning"] = "attribute:rooms"
    (tmp_path / "mapping.json").write_text(json.dumps(saved))
    edited = read_cohort(*people, mapping=tmp_path / "mapping.json")
    assert (edited["a"].capacity, edited["a"].attributes) == (None, {"rooms": 2})


def test_an_edited_object(people):
    reading = read_files(*people, mapping=MAPPING)
    columns = tuple(replace(c, meaning="ranks") if c.column == "Likes" else c for c in reading.mapping.columns)
    assert read_cohort(*people, mapping=replace(reading.mapping, columns=columns))["x"].ranks == ("b", "a")


def test_values_are_replaced_and_lists_forced(people):
    mapping = MAPPING | {
        "Places": {"meaning": "capacity", "values": {"2": "five"}},
        "Who": {"meaning": "attribute", "how": "text"},
    }
    cohort = read_cohort(*people, mapping=mapping)
    assert cohort["a"].capacity == 5
    assert cohort["a"].attributes == {"who": "Ann"}


def test_it_prints_as_a_table_without_a_cell(people):
    text = str(read_files(*people, mapping=MAPPING).mapping)
    assert text.splitlines()[:3] == [
        "file         shape   role    delimiter",
        "-----------  ------  ------  ---------",
        "mentors.csv  people  mentor  ','",
    ]
    assert any(line.split() == ["mentors.csv", "Places", "capacity"] for line in text.splitlines())
    assert "Ann" not in text
    assert "python" not in text


def test_a_block_of_columns_has_one_line(tmp_path):
    mentors, mentees = tmp_path / "mentors.csv", tmp_path / "mentees.csv"
    mentors.write_text("id\na\nb\n")
    mentees.write_text("id,team,a,b\nx,red,1,0\n")
    reading = read_files(mentors, mentees)
    assert [c.column for c in reading.mapping.columns if c.file == "mentees.csv"] == ["id", "team", "*"]
    ignored = FileMapping(columns=(ColumnMeaning("mentees.csv", "*", "ignore"),))
    assert read_cohort(mentors, mentees, mapping=ignored)["x"].ranks is None
    assert read_cohort(mentors, mentees, mapping=reading.mapping) == reading.cohort


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"Code": "idd"}, 'mapping["Code"]: unknown meaning "idd" (did you mean "id"?)'),
        ({"Cod": "id"}, 'mapping["Cod"]: no column is called "Cod" (did you mean "Code"?)'),
        ({"mentor.csv": {"Code": "id"}}, 'no file is called "mentor.csv" (did you mean "mentors.csv"?)'),
        ({"Code": {"meaning": "id", "how": "list :"}}, 'unknown way of reading "list :"'),
        ({"Code": 3}, "found 3, expected a meaning such as topic or attribute"),
        (7, "found int, expected a FileMapping, the path of one, or {column: meaning}"),
        ({"schema": "mmatch/mapping", "version": 2}, "made by a newer version of mmatch"),
        ({"schema": "mmatch/mapping", "version": 1, "columns": [{"meaning": 1}]}, "mapping /columns/0"),
        (
            {"schema": "mmatch/mapping", "version": 1, "files": [{"file": "mentors.csv", "shape": "cube"}]},
            'unknown shape "cube"',
        ),
        (
            {"schema": "mmatch/mapping", "version": 1, "files": [{"file": "mentors.csv", "role": "boss"}]},
            "expected the role",
        ),
    ],
)
def test_wrong_mappings_say_what_to_change(people, mapping, expected):
    with pytest.raises(InputError) as caught:
        read_cohort(*people, mapping=mapping)
    assert expected in str(caught.value)


def test_repeated_heads_are_read_alike(tmp_path):
    """Found by fuzzing: each column chose its own way of writing lists, but the mapping holds one line a head."""
    path = tmp_path / "mentors.csv"
    path.write_text('id,topic,topic\n1,a,"x\ny"\n')
    reading = read_files(path)
    assert [o.topic for o in reading.cohort["1"].offers] == ["a", "x", "y"]
    assert read_cohort(path, mapping=reading.mapping) == reading.cohort


def test_unused_columns_of_pairs_are_ignored_and_can_be_given_back(tmp_path):
    """Found by fuzzing: they had no meaning, which no mapping may say."""
    path = tmp_path / "scores.csv"
    path.write_text("mentee,mentor,score,remark\nx,a,1,fine\n")
    reading = read_files(path)
    assert reading.mapping.column("scores.csv", "remark").meaning == "ignore"
    assert read_cohort(path, mapping=reading.mapping) == reading.cohort


def test_a_file_may_be_said_to_hold_people_of_both_roles(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("name,likes\nAnn Lee,law\nBob Kay,art\n", encoding="utf-8")
    two.write_text("name,wish\nCat Orr,law\nDan Poe,art\n", encoding="utf-8")
    reading = read_files(one, two, answers=["one.csv=both"])
    assert [file.role for file in reading.mapping.files] == ["both", "mentee"]
    assert {person.id for person in reading.guess} == {"Ann Lee", "Bob Kay", "Cat Orr", "Dan Poe"}
