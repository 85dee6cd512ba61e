"""Ids that are probably one person twice are told, never merged."""

from __future__ import annotations

import mmatch as mm


def test_ids_that_differ_only_by_case_are_told(tmp_path):
    path = tmp_path / "mentors.csv"
    path.write_text("id,topic\nAnn Lee,data\nann lee,data\nbob,data\n", encoding="utf-8")
    reading = mm.read_files(path)
    assert len(reading.cohort) == 3
    assert [w.code for w in reading.warnings] == ["similar-ids"]
    assert '"Ann Lee" and "ann lee" differ only by case' in str(reading.warnings[0])
