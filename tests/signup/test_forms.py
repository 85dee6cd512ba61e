"""Sign-up files in the shape of real exports: each is read right, or somebody is asked; none is misread in silence."""

from pathlib import Path

import pytest

from form_grading import grade

FORMS = Path(__file__).parent / "forms"
CASES = sorted(folder.parent.name for folder in FORMS.glob("*/expected.json"))
ASKED = {  # cases in which a careful coordinator would ask, too, or must be told
    "137-two-tables-on-one-sheet",
    "143-one-name-under-two-addresses",
    "144-same-id-for-two-people",  # one id, two names: the guess is right, but it is a guess
    "148-doubtful-numbers-of-mentees",
    "243-alumnae-pulled-out",  # "Pulled out 9 Nov" under "Stage", beside other stages
    "331-aines-et-cadets",  # a sheet of pairs: have they met, or do they want to?
    "343-maestri-e-apprendisti",  # "2 o 3": the safe end is taken, and asked
    "347-voeux-numerotes-dans-une-case",  # last year's mentor: again, or never again?
    "322-codes-without-a-legend",
    "323-first-names-that-two-people-have",
    "340-padrinhos-com-fusos-em-palavras",  # whose clock is "Hora de Lisboa"?
    "341-dois-enderecos-da-mesma-pessoa",
    "171-one-tick-grid-for-both-sides",  # who only cells tell: "I can help with this"
    "412-open-source-across-time-zones",  # how long is a weekend?
    "413-days-when-people-cannot-meet",  # and at which hours can they, on the others?
    "416-skill-swap-teach-or-learn",  # as in 171, only cells tell who
}


@pytest.mark.parametrize("case", CASES)
def test_a_form_is_read_right_or_asked_about(case):
    verdict, short, full = grade(FORMS / case)
    assert verdict == ("ASKED" if case in ASKED else "RIGHT"), "\n".join([short, *full])


def test_there_are_forms():
    assert len(CASES) >= 22
