"""How long a workbook of 20,000 rows and 12 columns takes to become a table, beside python-calamine alone.

Ours: from the bytes of an .xlsx to a table of texts, with every part measured before it is read, and errors, percents
and zeros before numbers looked for. Theirs: `CalamineWorkbook` and `to_python`, which give a list of lists. Both in
turn in one process after one round that does not count.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import time
from dataclasses import dataclass

import python_calamine
import xlsxwriter

from benchmarks._common import Row, machine, middle, print_table, seconds, spread
from mmatch.signup.vocabulary import words_of
from mmatch.signup.workbooks import tables_from_workbook


@dataclass(frozen=True)
class Spec:
    """What is measured."""

    rows: int = 20_000
    repetitions: int = 9
    seed: int = 20261130
    most_seconds: float = 0.5


SPEC = Spec()
HEADS = ["id", "name", "email", "role", "capacity", "skills", "interests", "hours", "from", "zone", "consent", "notes"]


def workbook() -> bytes:
    """The people: texts, numbers and dates, some of them often and some once."""
    draw = random.Random(SPEC.seed)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet, day = book.add_worksheet("People"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADS)
    skills = ["data", "writing", "law", "python", "design"]
    for k in range(1, SPEC.rows + 1):
        role, places = draw.choice(["mentor", "mentee"]), draw.randrange(5)
        sheet.write_row(k, 0, [f"p{k}", f"Name {draw.random():.6f}", f"p{k}@example.org", role, places])
        sheet.write_row(k, 5, ["; ".join(draw.sample(skills, 2)), draw.choice(["chess", "music"]), "Mon 10:00-12:00"])
        sheet.write_datetime(k, 8, dt.date(2026, 1, 1) + dt.timedelta(days=draw.randrange(300)), day)
        sheet.write_row(k, 9, ["Europe/Berlin", "yes", f"free text {draw.random()}"])
    book.close()
    return target.getvalue()


def run() -> list[Row]:
    """Both in turn, as the row of the table."""
    data, words = workbook(), words_of()
    ours, theirs = [], []
    for _ in range(SPEC.repetitions + 1):
        start = time.perf_counter()
        (table,), _ = tables_from_workbook(data, "people.xlsx", words)
        between = time.perf_counter()
        grid = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        theirs.append(time.perf_counter() - between)
        ours.append(between - start)
        if not len(table.rows) == len(grid) - 1 == SPEC.rows:
            raise SystemExit("rows are missing")
    ours, theirs = ours[1:], theirs[1:]
    ratio = middle(ours) / middle(theirs)
    print(f"{SPEC.rows:,} x {len(HEADS)} cells: ours {spread(ours)}, python-calamine {spread(theirs)}, {ratio:.2f} x")
    case = f"{SPEC.rows:,} x {len(HEADS)} cells of .xlsx to columns"
    other = f"python-calamine alone {seconds(theirs)}"
    return [Row("workbooks", case, seconds(ours), other, f"{ratio:.2f} x", f"≤ {SPEC.most_seconds} s")]


if __name__ == "__main__":
    print(machine())
    print_table(run())
