"""Times as people and programs write them, with a zone or without: never read in a wrong zone in silence.

An abbreviation such as ``PST`` is read if one zone is meant by it. ``CST``, ``IST``, ``BST`` and their like
are those of several (China and Chicago), and so no time at all: a guess could cost points for lateness.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone, tzinfo

from dateutil import parser, tz

from utils.common.errors import UserError
from utils.grading.submission import printable

# hours from UTC; abbreviations that more than one zone of today uses are left out (sources: RFC 5322 for
# North America, the tz database)
HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1,
    "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "SAST": 2, "CAT": 2, "EAT": 3, "WAT": 1, "PKT": 5,
    "NPT": 5.75, "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NST": -3.5, "NDT": -2.5, "BRT": -3, "EST": -5, "EDT": -4, "MDT": -6, "MST": -7, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
PLACE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+")  # Europe/Berlin
ENDS_IN_ZONE = re.compile(r"(?P<time>.*\d)\s*[ \[]\s*(?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)\]?")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


class NoZone(ValueError):
    """The zone cannot be told: the rest of a sentence that starts with where the time stands."""


def read_time(text: str) -> datetime | None:
    """As :func:`utc`; None for what is no time."""
    try:
        return utc(text)
    except ValueError:
        return None


def utc(text: str) -> datetime:
    """The time (UTC) in nbgrader's notation, ``2015-02-02 15:58:23.948203 America/New_York``.

    Without a zone it is UTC, as it is for nbgrader.

    Raises:
        NoZone: the zone is unknown, or is that of several places.
        ValueError: it is no time.
    """
    text, zone = (
        re.sub(r"(?<![\w/])(?:UTC|GMT)(?=[+-]\d)", "", text.strip()),
        None,
    )  # dateutil turns this sign around
    if found := ENDS_IN_ZONE.fullmatch(text):
        text, zone = found["time"], place(found["zone"])
    try:
        when, *others = (parser.parse(text, tzinfos=zone_of, **reading) for reading in readings(text))
        if any(other != when for other in others):
            raise ValueError
    except NoZone:
        raise
    except (ValueError, OverflowError, TypeError, OSError) as error:
        if isinstance(error.__cause__, NoZone):
            raise error.__cause__ from None
        raise ValueError(f"{text!r} is no time") from None
    try:
        return when.replace(tzinfo=when.tzinfo or zone or timezone.utc).astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:  # the first or the last day of all
        raise ValueError(f"{text!r} is no time") from error


def readings(text: str) -> list[dict]:
    """Ways to read a text that are all the same for a time that is one: with nothing filled in for a day that
    is not there (``10:00``), and no guess which number is the month (``11/12/2026``)."""
    days = (datetime(2000, 1, 1), datetime(2001, 2, 2))
    first = (False,) if re.match(r"\d{4}", text) else (False, True)
    return [{"default": day, "dayfirst": dayfirst} for day in days for dayfirst in first]


def zone_of(name: str | None, seconds: int | None) -> tzinfo | None:
    """The zone of an abbreviation, or of a difference to UTC."""
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None:
        return None
    if name.upper() not in HOURS:
        raise NoZone(f"names the zone {name}, which may be that of several places")
    return timezone(timedelta(hours=HOURS[name.upper()]))


def place(name: str) -> tzinfo:
    """The zone of a place, such as ``Europe/Berlin``."""
    zone = tz.gettz(name) if PLACE.fullmatch(name) else None
    if zone is None:
        raise NoZone(f"names the zone {name}, which is not known")
    return zone


def read_deadline(text: str) -> datetime:
    """A deadline (UTC): a date means the end of that day, a time without a zone is UTC.

    Raises:
        UserError: it cannot be read; one sentence says how to write it.
    """
    text = text.strip()
    day, rest = text[:10], text[10:].strip()
    try:
        if not DATE.fullmatch(day):
            raise ValueError
        if re.match(r"[Tt]?\d", rest):
            return utc(text)
        if re.search(r"\s", rest) or re.match(r"[Tt]\W", rest):
            raise ValueError
        return utc(f"{day} {time.max.isoformat()} {rest}")  # no time of day, but maybe a zone
    except NoZone as why:
        raise UserError(
            f"the deadline {printable(text)} {why}; give the difference to UTC (2026-11-20T11:00+01:00) "
            "or a place (2026-11-20T11:00 Europe/Berlin)"
        ) from None
    except ValueError:
        raise UserError(
            f"the deadline {printable(text)!r} is no date; write 2026-11-20 for the end of that day, "
            "2026-11-20T11:00 for a time (UTC), or 2026-11-20T11:00+01:00"
        ) from None


def told(deadline: datetime) -> str:
    """The deadline in UTC, and what that is where this machine is."""
    text = f"{deadline:%Y-%m-%d %H:%M:%S} UTC"
    here = deadline.astimezone()
    if here.utcoffset():
        text += f", which is {here:%Y-%m-%d %H:%M:%S} {here:%Z} here"
    return f"{text} (a date without a time means the end of that day)" if is_end_of_day(deadline) else text


def is_end_of_day(deadline: datetime) -> bool:
    """Whether :func:`read_deadline` was given a date without a time."""
    return deadline.microsecond == time.max.microsecond
