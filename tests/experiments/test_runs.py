"""Runs of experiments are kept one by one, and a command that was stopped goes on."""

import json
from functools import partial

import pytest

from experiments.runs import measure

pytestmark = pytest.mark.slow  # starts processes


def power(base, exponent):
    if base < 0:
        raise ValueError("no roots")
    return base**exponent


def test_what_the_file_holds_is_not_run_again_and_a_failure_stops_no_other(tmp_path):
    to = tmp_path / "kept" / "powers.json"
    to.parent.mkdir()
    to.write_text(json.dumps({"made": {}, "runs": {"two": "kept"}}))
    runs = {"two": partial(power, 2, 2), "bad": partial(power, -1, 2), "three": partial(power, 3, 2)}
    with pytest.raises(SystemExit, match="bad failed: ValueError: no roots"):
        measure(runs, to, workers=2)
    content = json.loads(to.read_text())
    assert content["runs"] == {"two": "kept", "three": 9}
    assert set(content["made"]) == {"machine", "python", "torch", "date"}
    runs["bad"] = partial(power, 1, 2)
    assert measure(runs, to) == {"two": "kept", "bad": 1, "three": 9}


def test_runs_of_one_size_are_not_taken_for_those_of_another(tmp_path):
    to = tmp_path / "powers.json"
    assert measure({"two": partial(power, 2, 2)}, to, size="tiny") == {"two": 4}
    with pytest.raises(SystemExit, match=r"holds runs of size tiny, not full: name another file with --to"):
        measure({"two": partial(power, 2, 3)}, to, size="full")
    assert measure({"two": partial(power, 2, 3)}, to, size="tiny") == {"two": 4}
