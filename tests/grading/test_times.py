"""Times and zones: what is clear is converted, and what is not counts for no time."""

import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from utils.common.errors import UserError
from utils.grading.collect.times import HOURS, NoZone, read_deadline, read_time, told, utc

# zones of places in which the abbreviation is used, and a day on which it is
USED = {
    "PST": ("America/Los_Angeles", 1), "PDT": ("America/Los_Angeles", 7), "MST": ("America/Denver", 1),
    "MDT": ("America/Denver", 7), "EST": ("America/New_York", 1), "EDT": ("America/New_York", 7),
    "AKST": ("America/Anchorage", 1), "AKDT": ("America/Anchorage", 7), "HST": ("Pacific/Honolulu", 1),
    "NST": ("America/St_Johns", 1), "NDT": ("America/St_Johns", 7), "CET": ("Europe/Berlin", 1),
    "CEST": ("Europe/Berlin", 7), "EET": ("Europe/Helsinki", 1), "EEST": ("Europe/Helsinki", 7),
    "WET": ("Europe/Lisbon", 1), "WEST": ("Europe/Lisbon", 7), "MSK": ("Europe/Moscow", 1),
    "JST": ("Asia/Tokyo", 1), "KST": ("Asia/Seoul", 1), "HKT": ("Asia/Hong_Kong", 1),
    "PKT": ("Asia/Karachi", 1),
    "WIB": ("Asia/Jakarta", 1), "WITA": ("Asia/Makassar", 1), "WIT": ("Asia/Jayapura", 1),
    "AWST": ("Australia/Perth", 1), "ACST": ("Australia/Darwin", 1), "ACDT": ("Australia/Adelaide", 1),
    "AEST": ("Australia/Brisbane", 1), "AEDT": ("Australia/Sydney", 1), "NZST": ("Pacific/Auckland", 7),
    "NZDT": ("Pacific/Auckland", 1), "SAST": ("Africa/Johannesburg", 1), "CAT": ("Africa/Harare", 1),
    "EAT": ("Africa/Nairobi", 1), "WAT": ("Africa/Lagos", 1), "GMT": ("Africa/Accra", 1), "UTC": ("UTC", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", USED)
def test_a_clear_abbreviation_is_what_the_tz_database_has(name, recwarn):
    place, month = USED[name]
    there = datetime(2026, month, 15, 10, tzinfo=ZoneInfo(place))
    assert there.tzname() == name  # else the table above is wrong
    assert read_time(f"2026-{month:02}-15 10:00:00 {name}") == there
    assert list(recwarn) == []


@pytest.mark.parametrize("name", ["CST", "IST", "BST", "CDT", "AST", "ECT", "XYZ", "Europe/Nowhere"])
def test_an_unclear_zone_is_no_time_and_no_warning(name, recwarn):
    assert name not in HOURS and read_time(f"2026-10-02 10:00:00 {name}") is None
    with pytest.raises(NoZone, match=f"names the zone {name}"):
        utc(f"2026-10-02 10:00:00 {name}")
    assert list(recwarn) == []


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("2026-10-02 10:00:00 GMT+3", 7),
        ("2026-10-02 10:00:00 UTC-0530", 15),
        ("2026-10-02 10:00:00 +03", 7),
        ("2026-10-02T10:00:00Z", 10),
        ("2026-10-02 10:00:00 Etc/GMT+3", 13),  # the sign of these names is that of POSIX
        ("2026-10-02 10:00:00 ../../etc/passwd", None),
        ("0001-01-01 00:00:00 JST", None),
        ("10:00", None),  # of today? of the day when it is graded
        ("Friday 10:00 UTC", None),
        ("11/12/2026 10:00 UTC", None),  # in November, or in December
        ("20.11.2026 10:00 UTC", 10),
    ],
)
def test_differences_to_utc_have_the_sign_that_people_give_them(text, there):
    when = read_time(text)
    assert (when and when.hour) == there


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-20T23:59:59.999999"),
        (" 2026-11-20 ", "2026-11-20T23:59:59.999999"),
        ("2026-11-20T11:00", "2026-11-20T11:00:00"),
        ("2026-11-20 11:00", "2026-11-20T11:00:00"),
        ("2026-11-20T11:00:30Z", "2026-11-20T11:00:30"),
        ("2026-11-20T11:00+01:00", "2026-11-20T10:00:00"),
        ("2026-11-20T11:00 Europe/Berlin", "2026-11-20T10:00:00"),
        ("2026-07-20T11:00[Europe/Berlin]", "2026-07-20T09:00:00"),
        ("2026-11-20t11:00z", "2026-11-20T11:00:00"),
        ("2026-11-20T11:00 PST", "2026-11-20T19:00:00"),
        ("2026-11-20 11pm", "2026-11-20T23:00:00"),
        ("2026-11-20 Europe/Berlin", "2026-11-20T22:59:59.999999"),
        ("2026-11-20 CET", "2026-11-20T22:59:59.999999"),
        ("2026-11-20+01:00", "2026-11-20T22:59:59.999999"),
    ],
)
def test_a_deadline(text, expected):
    assert read_deadline(text) == datetime.fromisoformat(expected).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20.11.2026",
        "2026-02-30",
        "2026-11-20 25:00",
        "2026-11-20 at 11:00",
        "2026-11-20T-1",
        "2026-11-20T11:00 CST",
    ],
)
def test_what_is_no_deadline_says_how_to_write_one(text):
    with pytest.raises(UserError, match="2026-11-20T11:00") as refused:
        read_deadline(text)
    assert "\n" not in str(refused.value) and ("CST" in text) == ("Europe/Berlin" in str(refused.value))


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set here")
def test_a_deadline_is_told_in_utc_and_in_the_zone_of_the_machine(monkeypatch):
    deadline, end = read_deadline("2026-11-20"), " (a date without a time means the end of that day)"
    try:
        monkeypatch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        assert read_deadline("2026-11-20") == deadline  # the same on every machine
        assert told(deadline) == "2026-11-20 23:59:59 UTC, which is 2026-11-21 00:59:59 CET here" + end
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
        assert told(deadline) == "2026-11-20 23:59:59 UTC" + end
        assert told(read_deadline("2026-11-20T11:00")) == "2026-11-20 11:00:00 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()
