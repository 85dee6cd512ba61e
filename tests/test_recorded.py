"""What mmatch answered before is what it answers now: one question in ten of the record (``make recorded``: all)."""

from recorded.record import differences


def test_answers_are_as_recorded():
    assert list(differences(every=10, workers=1)) == []
