"""The results of a class, a line for each."""

import json

from gradebook_course import TINY, fill, newest

from utils.grading.gradebook import journal
from utils.grading.result import Result


def test_a_torn_last_line_of_the_journal_is_ignored_and_mended(course, source):
    fill(course, source, None, ["ada", "alan"])
    journal = course / f"{TINY}.results.jsonl"
    whole = journal.read_bytes()
    for cut in (1, 20, len(whole.splitlines()[-1])):
        journal.write_bytes(whole[:-cut])
        assert set(newest(course)) - {"alan"} == {"ada"}
        fill(course, source, None, ["ada", "alan"])
        rows = [json.loads(line) for line in journal.read_text().splitlines()]
        assert [row["student"] for row in rows] == ["ada", "alan"]


def test_history_keeps_what_differs_and_drops_what_repeats(tmp_path):
    kept = journal.Journal(tmp_path / "x.results.jsonl")
    for seconds, score in enumerate([1.0, 1.0, 2.0, 1.0, 1.0]):
        result = Result(
            "ada", "graded", {"t": (score, 2.0)}, seconds=seconds, notes=["½ ✓"], parts={"run": 0.1}
        )
        kept.append(result)
        kept.append(Result("alan", "broken", problem="x", seconds=seconds))
    before = kept.results()
    kept.compact()
    assert [result.score for _, result in kept.history("ada")] == [1.0, 2.0, 1.0]
    assert len(kept.history("alan")) == 1 and kept.results() == before
    assert kept.results()["ada"].scores == {"t": (1.0, 2.0)}
