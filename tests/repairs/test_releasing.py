"""What is released stays, unless a change names it."""

import pytest

import mmatch as mm
from mmatch.repairs import Left, NotAFit, Place, release


@pytest.fixture
def answer():
    cohort = mm.Cohort.from_scores([[9, 8], [8, 1]], capacity=1)  # best: m0-mentor1, m1-mentor0
    return cohort, mm.solve(cohort)


def pairs(result):
    return {pair[:2] for pair in result.matching.pairs()}


def test_the_answer_stays_the_same_answer(answer):
    cohort, result = answer
    made = release(result)
    assert {pair[:2] for pair in made.released} == pairs(result)
    assert (made.matching, made.proof, result.released) == (result.matching, result.proof, ())
    assert mm.verify(cohort, made.program, made) == []


def test_only_the_named_are_released_and_what_was_stays(answer):
    _, result = answer
    one = release(result, ["mentee-0"])
    assert [pair[1] for pair in one.released] == ["mentee-0"]
    assert release(one, ["mentor-0"]).released == release(result).released
    with pytest.raises(mm.InputError, match="no match to be released"):
        release(result, ["nobody"])


def test_a_later_change_cannot_move_what_is_released(answer):
    cohort, result = answer
    wish = [Place("mentor-0", "mentee-0")]
    assert ("mentor-0", "mentee-0") in pairs(mm.price(cohort, result, wish).result)
    for verb in (mm.price, mm.repair):
        assert verb(cohort, release(result), wish).result.found is None
    partly = mm.repair(cohort, release(result, ["mentee-1"]), wish)
    assert partly.result.found is None


def test_who_leaves_or_does_not_fit_is_free_and_the_others_stay(answer):
    cohort, result = answer
    left = mm.repair(cohort, release(result), [Left("mentor-0")])
    assert pairs(left.result) == {("mentor-1", "mentee-0")}
    assert [pair[:2] for pair in left.result.released] == [("mentor-1", "mentee-0")]
    again = mm.repair(left.cohort, left.result, [NotAFit("mentor-1", "mentee-0")])
    assert ("mentor-1", "mentee-0") not in pairs(again.result)
    assert again.result.released == ()


def test_files_hold_what_is_released(answer, tmp_path):
    _, result = answer
    mm.write_result(release(result, ["mentee-0"]), tmp_path / "result.json")
    assert mm.read_result(tmp_path / "result.json") == release(result, ["mentee-0"])
