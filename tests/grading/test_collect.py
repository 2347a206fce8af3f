"""From folders, zips and exports to submissions: everybody's work is found, and nothing else is touched."""

import io
import os
import stat
import struct
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import pytest

from utils.common.errors import UserError
from utils.grading.collect import zip_or_folder
from utils.grading.collect.by_student import collect
from utils.grading.collect.times import read_time

A, B, C = b'{"cells": ["a"]}', b'{"cells": ["b"]}', b'{"cells": ["c"]}'
WORK = "work.ipynb"


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def zipped(files: dict[str, bytes], **options) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, **options), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def found(where: Path, attempts: str = "newest"):
    """The submissions by student, and the problems."""
    collected = collect(where, "01-tiny", "work", attempts)
    return {one.student: one for one in collected.submissions}, collected.problems


def in_zip(tmp_path: Path, files: dict[str, bytes], **options) -> Path:
    (tmp_path / "class.zip").write_bytes(zipped(files, **options))
    return tmp_path / "class.zip"


@pytest.mark.parametrize("top", ["", "class/", "downloads/class/"])
@pytest.mark.parametrize("inner", ["", "01-tiny/"])
def test_a_folder_and_a_zip_of_it_hold_the_same_submissions(tmp_path, top, inner):
    files = {f"{student}/{inner}{WORK}": content for student, content in (("ada", A), ("bob", B))}
    files["ada/.ipynb_checkpoints/work.ipynb"] = files["__MACOSX/ada/._work.ipynb"] = C
    if not top:
        students, problems = found(write(tmp_path / "folder", files))
        assert {name: one.files for name, one in students.items()} == {"ada": {WORK: A}, "bob": {WORK: B}}
        assert problems == []
    students, problems = found(in_zip(tmp_path, {top + name: content for name, content in files.items()}))
    assert {name: one.files for name, one in students.items()} == {"ada": {WORK: A}, "bob": {WORK: B}}
    assert problems == []


def test_in_nbgraders_submitted_other_assignments_are_not_looked_at(tmp_path):
    folder = write(
        tmp_path,
        {
            "ada/01-tiny/work.ipynb": A,
            "ada/02-next/work.ipynb": B,
            "ada/01-tiny/timestamp.txt": b"2026-10-02 15:58:23.948203 UTC",
            "bob/02-next/work.ipynb": B,
        },
    )
    students, problems = found(folder)
    assert list(students) == ["ada"] and students["ada"].files == {WORK: A}
    assert students["ada"].when == datetime(2026, 10, 2, 15, 58, 23, 948203, timezone.utc)
    assert problems == ["bob handed in nothing for 01-tiny."]


def test_a_student_without_a_notebook_is_among_the_submissions(tmp_path):
    (tmp_path / "ada").mkdir()
    students, _ = found(write(tmp_path, {"bob/readme.txt": b"", "cy/other.ipynb": A}))
    assert list(students) == ["ada", "bob", "cy"]
    assert "no notebook at all" in students["ada"].problem("work")
    assert students["cy"].problem("work") == (
        "work.ipynb is missing (there is other.ipynb); hand it in under the name work.ipynb."
    )


CANVAS = {
    "lovelaceada_12345_67890_work.ipynb": A,
    "babbagecharles_LATE_222_333_work-1.ipynb": B,
    "noetheremmy_444_555_text.html": b"",
    "LATE_anon_ab12C_777_work.ipynb": C,
    "müllerö_31_32_work (1).ipynb": A,
}


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_canvas_export(tmp_path, as_zip):
    students, problems = found(in_zip(tmp_path, CANVAS) if as_zip else write(tmp_path, CANVAS))
    assert {name: one.files.get(WORK) for name, one in students.items()} == {
        "anon_ab12C": C,
        "babbagecharles_222": B,
        "lovelaceada_12345": A,
        "müllerö_31": A,
        "noetheremmy_444": None,
    }
    assert students["babbagecharles_222"].notes == (
        "Canvas marks it as late.",
        "Its notebook was handed in as work-1.ipynb.",
    )
    assert "marks it as late" in students["anon_ab12C"].notes[0]
    assert students["lovelaceada_12345"].name == "lovelaceada"
    assert all(one.when is None for one in students.values())  # the zip's times are those of the download
    assert problems == []


@pytest.mark.parametrize(("attempts", "expected"), [("newest", C), ("first", A)])
def test_canvas_numbers_attempts(tmp_path, attempts, expected):
    start = "lovelaceada_12345"
    files = {f"{start}_1_work.ipynb": A, f"{start}_3_work-10.ipynb": C, f"{start}_2_work-2.ipynb": B}
    students, _ = found(in_zip(tmp_path, files), attempts)
    assert students[start].files[WORK] == expected


@pytest.mark.parametrize(
    "place", ["{}_assignsubmission_file_/", "{}_assignsubmission_file/", "{}_assignsubmission_file_"]
)
def test_a_moodle_export_in_folders_or_flat(tmp_path, place):
    files = {
        place.format("Ada Lovelace_1234567") + WORK: A,
        place.format("Jean-Luc O'Brien_89") + WORK: B,
        "Ada Lovelace_1234567_assignsubmission_onlinetext_/onlinetext.html": b"",
    }
    students, problems = found(in_zip(tmp_path, files, date_time=(2026, 10, 2, 12, 0, 0)))
    assert {name: one.files for name, one in students.items()} == {
        "Ada-Lovelace_1234567": {WORK: A},
        "Jean-Luc-O-Brien_89": {WORK: B},
    }
    ada = students["Ada-Lovelace_1234567"]
    assert ada.name == "Ada Lovelace"
    assert ada.when == datetime(2026, 10, 2, 12).astimezone(timezone.utc)
    assert problems == []


@pytest.mark.parametrize(("attempts", "expected"), [("newest", C), ("first", A)])
def test_attempts_in_nbgraders_exchange(tmp_path, attempts, expected):
    folder = write(
        tmp_path,
        {
            "ada+01-tiny+2026-10-02 10:00:00.000000 UTC+AAAAAAAAAAA-/work.ipynb": A,
            "ada+01-tiny+2026-10-02 06:30:00.000000 -0400+BBBBBBBB_BBB/work.ipynb": B,
            "ada+01-tiny+2026-10-02 11:00:00.000000 UTC+CCCCCCCCCCCC/work.ipynb": C,
            "ada+02-next+2026-10-03 11:00:00.000000 UTC+CCCCCCCCCCCC/work.ipynb": B,
            "b+ob+01-tiny+2026-10-02 10:00:00.000000 UTC/work.ipynb": B,
        },
    )
    students, _ = found(folder, attempts)
    assert students["ada"].files == {WORK: expected}
    assert students["ada"].notes == (f"It is the {attempts} of 3 attempts.",)
    assert students["ada"].when.hour == (11 if attempts == "newest" else 10)
    assert list(students) == ["ada", "b+ob"]


@pytest.mark.parametrize(
    "name",
    [
        "work (1).ipynb",
        "work-1.ipynb",
        "Copy of work.ipynb",
        "Work.ipynb",
        "work-Copy1.ipynb",
        "work - Copy.ipynb",
        "WORK.IPYNB",
        "work_ada_final.ipynb",
        "work copy 2.ipynb",
        "sub/folder/work.ipynb",
    ],
)
def test_a_renamed_notebook_is_recognised_and_noted(tmp_path, name):
    students, _ = found(write(tmp_path, {f"ada/{name}": A}))
    assert students["ada"].files == {WORK: A}
    assert students["ada"].notes == (
        () if name.endswith("/work.ipynb") else (f"Its notebook was handed in as {name}.",)
    )


def test_the_notebook_under_its_own_name_wins_and_others_are_kept_and_noted(tmp_path):
    students, _ = found(
        write(tmp_path, {f"ada/{WORK}": A, "ada/work-Copy1.ipynb": B, "ada/old/work.ipynb": C})
    )
    assert students["ada"].files == {WORK: A, "work-Copy1.ipynb": B, "old-work.ipynb": C}
    assert students["ada"].notes == ("There is also old/work.ipynb, work-Copy1.ipynb, which is not graded.",)


def test_a_student_may_hand_in_a_zip(tmp_path):
    inside = zipped({"my work/work.ipynb": A, "my work/.ipynb_checkpoints/work.ipynb": B})
    students, problems = found(write(tmp_path, {"ada/hand-in.zip": inside}))
    assert students["ada"].files == {WORK: A} and problems == []


def bad_zips() -> dict[str, bytes]:
    good = zipped({WORK: A})
    link = zipfile.ZipInfo(WORK)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    encrypted = bytearray(good)
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    damaged = bytearray(zipped({WORK: os.urandom(2000)}))
    damaged[200] ^= 255
    lzma_packed = io.BytesIO()
    with zipfile.ZipFile(lzma_packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(WORK, A)
    wrong_name = zipped({"wörk.ipynb": A}).replace("ö".encode(), b"\xf6\xff")
    return {
        "climbing": zipped({"../../work.ipynb": A}),
        "backslashes": zipped({"x\\..\\..\\work.ipynb": A}),
        "absolute": zipped({"/etc/work.ipynb": A}),
        "drive": zipped({"C:/work.ipynb": A}),
        "link": out.getvalue(),
        "bomb": zipped({WORK: bytes(15_000_000)}),
        "too large": zipped({WORK: os.urandom(21_000_000)}),
        "many": zipped({f"{i}/x": b"" for i in range(1001)}),
        "nested": zipped({"more.zip": good}),
        "encrypted": bytes(encrypted),
        "truncated": good[:-30],
        "damaged": bytes(damaged),
        "lzma": lzma_packed.getvalue(),
        "not UTF-8": wrong_name,
        "no zip": b"work",
    }


SENTENCES = {
    "climbing": "climbs out of its folder",
    "backslashes": "climbs out of its folder",
    "absolute": "is an absolute path",
    "drive": "is an absolute path",
    "link": "is a link",
    "bomb": "as a zip bomb does",
    "too large": "has 21 MB, and 20 MB is the most",
    "many": "holds more than 1000 files",
    "nested": "is a zip inside a zip",
    "encrypted": "is encrypted",
    "truncated": "is cut short",
    "damaged": "is damaged inside the zip",
    "lzma": "use an ordinary zip",
    "not UTF-8": "are not UTF-8",
    "no zip": "is no zip",
}


def test_each_bad_zip_has_its_sentence_and_stops_nobody(tmp_path):
    files = {f"{name.replace(' ', '-')}/hand-in.zip": content for name, content in bad_zips().items()}
    outer = write(tmp_path / "class", files | {f"zoe/{WORK}": A})
    students, problems = found(outer)
    assert students["zoe"].files == {WORK: A} and problems == []
    assert len(students) == len(SENTENCES) + 1
    for name, sentence in SENTENCES.items():
        one = students[name.replace(" ", "-")]
        problem = one.problem("work")
        assert one.files == {} and sentence in problem, problem
        assert problem.isprintable() and len(one.notes) + bool(one.unread) == 1
    assert {path.name for path in tmp_path.rglob("*")} == {"class", "hand-in.zip", WORK, *students}


def test_bad_entries_in_a_class_zip_stop_nobody(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        link = zipfile.ZipInfo("bob/work.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../zoe/work.ipynb")
        archive.writestr("../evil/work.ipynb", A)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("twice/work.ipynb", A)
            archive.writestr("twice/work.ipynb", B)
        archive.writestr("zoe/work.ipynb", C)
        archive.writestr("work.ipynb", C)
    (tmp_path / "class.zip").write_bytes(out.getvalue())
    students, problems = found(tmp_path / "class.zip")
    assert {name: one.files for name, one in students.items()} == {
        "bob": {},
        "twice": {WORK: B},
        "zoe": {WORK: C},
    }
    assert "is a link" in students["bob"].problem("work")
    assert len(problems) == 3 and "climbs out" in problems[0] and "twice" in problems[1]
    assert problems[2] == "work.ipynb lies outside the students' folders and is nobody's."


def test_what_a_zip_unpacks_to_is_limited_in_all(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_or_folder, "LARGEST_ARCHIVE", 10_000)
    archive = zip_or_folder.Archive(zipped({f"{i}.ipynb": os.urandom(400) for i in range(5)}), budget=1000)
    read = []
    for file in archive.listing().files:
        try:
            read.append(file.read(500))
        except zip_or_folder.Unreadable as why:
            assert "is one too many" in str(why)
    assert len(read) == 2


def test_links_in_a_folder_are_not_followed(tmp_path):
    outside = write(tmp_path / "outside", {WORK: A})
    folder = write(tmp_path / "class", {"zoe/work.ipynb": A})
    (folder / "ada").mkdir()
    (folder / "ada" / WORK).symlink_to(outside / WORK)
    (folder / "bob").mkdir()
    (folder / "bob" / "sub").symlink_to(outside)
    os.mkfifo(folder / "zoe" / "pipe.ipynb")
    students, _ = found(folder)
    assert students["ada"].files == {} and "is a link" in students["ada"].problem("work")
    assert students["bob"].files == {}
    assert students["zoe"].files == {WORK: A} and "not an ordinary file" in " ".join(students["zoe"].notes)


def test_a_notebook_that_is_too_large_is_not_read(tmp_path):
    with (write(tmp_path, {f"ada/{WORK}": b""}) / "ada" / WORK).open("wb") as file:
        file.truncate(10**12)
    students, _ = found(tmp_path)
    assert students["ada"].problem("work") == (
        "work.ipynb has 1000000 MB, and 20 MB is the most; "
        "clear its outputs in Jupyter, save it and hand it in again."
    )
    assert students["ada"].notes == ()


def test_a_notebook_that_is_not_read_is_not_called_missing(tmp_path):
    folder = write(tmp_path, {"ada/work-Copy1.ipynb": A})
    (folder / "ada" / WORK).symlink_to("work-Copy1.ipynb")
    students, _ = found(folder)
    assert students["ada"].problem("work") == "work.ipynb is a link, and links are not followed."


@pytest.fixture
def closed(monkeypatch):
    """A function that closes a folder, also to root."""
    scandir, folders = os.scandir, set()

    def refuse(path):
        if str(path) in folders:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    return lambda folder: folders.add(str(folder))


@pytest.mark.parametrize("inner", ["", "01-tiny"])
@pytest.mark.parametrize("place", ["", "01-tiny/"])
def test_a_folder_that_cannot_be_read_is_not_called_empty(tmp_path, closed, place, inner):
    write(tmp_path, {f"ada/{place}{WORK}": A, f"bob/{place}{WORK}": B})
    closed((tmp_path / "ada" / inner) if place else tmp_path / "ada")
    students, problems = found(tmp_path)
    assert "cannot be read (Permission denied)" in students["ada"].problem("work")
    assert "no notebook at all" not in students["ada"].problem("work")
    assert students["bob"].files == {WORK: B} and problems == []


def test_a_part_of_the_work_that_cannot_be_read_is_noted(tmp_path, closed):
    write(tmp_path, {f"ada/{WORK}": A, "ada/sub/more.ipynb": B})
    closed(tmp_path / "ada" / "sub")
    students, _ = found(tmp_path)
    assert students["ada"].files == {WORK: A}
    (note,) = students["ada"].notes
    assert note.startswith("The folder ada/sub cannot be read (Permission denied)")


def test_a_class_that_cannot_be_read_says_so(tmp_path, closed):
    closed(tmp_path)
    with pytest.raises(UserError, match=r"cannot be read \(Permission denied\)"):
        found(tmp_path)


def test_utf_8_names_that_do_not_say_so_are_read_right(tmp_path):
    content = bytearray(zipped({"Zoë_1_assignsubmission_file_/work.ipynb": A}))
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + flags + 1] &= ~8
    (tmp_path / "class.zip").write_bytes(bytes(content))
    assert list(found(tmp_path / "class.zip")[0]) == ["Zoë_1"]


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("Ada Lovelace_101_assignsubmission_file_/work.ipynb", 1_790_000_000),
        ("ada/work.ipynb", None),  # when the file was last copied, which is not when it was handed in
    ],
)
def test_moodle_dates_the_files_in_its_zip_and_others_do_not(tmp_path, name, seconds):
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.extra = struct.pack("<HHBl", 0x5455, 5, 1, 1_790_000_000)
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(info, A)
    (one,) = found(tmp_path / "class.zip")[0].values()
    assert (one.when.timestamp() if one.when else None) == seconds


def test_the_times_in_a_students_own_zip_are_not_believed(tmp_path):
    inside = zipped({WORK: A}, date_time=(1999, 1, 1, 0, 0, 0))
    assert found(write(tmp_path, {"ada/x.zip": inside}))[0]["ada"].when is None


def test_a_name_with_control_characters_is_shown_without_them(tmp_path):
    students, _ = found(write(tmp_path, {"ada/x.zip": zipped({"work\x1b[2J.ipynb": A})}))
    assert students["ada"].files == {WORK: A} and students["ada"].notes[0].isprintable()


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-10-02 15:58:23.948203 UTC", 15),
        ("2026-10-02 15:58:23.948203 America/New_York", 19),
        ("2026-10-02 15:58:23 +0200", 13),
        ("2026-10-02T15:58:23", 15),
        ("soon", None),
        ("", None),
        ("9999999999999999999", None),
    ],
)
def test_nbgraders_times_are_read_as_nbgrader_reads_them(text, hour):
    from nbgrader.utils import parse_utc

    when = read_time(text)
    assert (when and when.hour) == hour
    if hour and "+" not in text:  # nbgrader takes +0200 for 200 seconds
        assert when.replace(tzinfo=None) == parse_utc(text)


def test_students_get_folders_that_are_safe_and_their_own(tmp_path):
    names = [
        "ada",
        "Ada",
        "a" * 300,
        "a" * 299 + "b",
        "nul",
        "Zoë",
        "-rf",
        "=1+1",
        "a b",
        "x\u202ey",
        "x\xa0y",
    ]
    files = {f"{name}/work.ipynb": str(i).encode() for i, name in enumerate(names)}
    students, problems = found(in_zip(tmp_path, files))
    assert len(students) == len({name.casefold() for name in students}) == len(names)
    assert {int(one.files[WORK]) for one in students.values()} == set(range(len(names)))
    for name in students:
        assert len(name.encode()) <= 85 and name.isprintable() and not name.startswith((".", "-"))
        assert "/" not in name and name.lower() != "nul"
    assert "Ada" in students and "Zoë" in students
    assert sum(" is called " in problem for problem in problems) == 8
    assert list(found(tmp_path / "class.zip")[0]) == list(students)


def test_what_is_no_class_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "cut.zip").write_bytes(zipped({"ada/work.ipynb": A})[:50])
    (tmp_path / "none.zip").write_bytes(zipped({}))
    for name, sentence in {
        "nowhere": "is not a folder or a zip",
        "empty": "holds no sub-folders",
        "cut.zip": "is no zip, or is cut short",
        "none.zip": "holds no sub-folders",
    }.items():
        with pytest.raises(UserError, match=sentence):
            found(tmp_path / name)
    with pytest.raises(UserError, match="attempts is 'newest' or 'first'"):
        found(tmp_path / "empty", "best")


def test_no_bytes_of_a_zip_stop_the_others(tmp_path):
    """400 zips with random damage, from one seed."""
    import random

    draw = random.Random(5)
    whole = zipped({"sub/work.ipynb": A * 50, "other.ipynb": B, "deep/er/x.txt": C * 9})
    files = {}
    for number in range(400):
        content = bytearray(whole)
        for _ in range(draw.choice((1, 1, 2, 8))):
            at = draw.randrange(len(content))
            if draw.random() < 0.3:
                del content[at : at + draw.choice((1, 4, 40))]
            else:
                content[at] = draw.randrange(256)
        files[f"s{number}/hand-in.zip"] = bytes(content)
    students, _ = found(write(tmp_path, files | {"zoe/work.ipynb": A}))
    assert len(students) == 401 and students["zoe"].files == {WORK: A}
    for one in students.values():
        assert one.files.get(WORK, A * 50) in (A * 50, A) or one.problem("work")


LOOSE = {"": {}, "a list": {"export/roster.csv": b"x"}, "a note beside": {"readme.txt": b"x"}}


@pytest.mark.parametrize("as_zip", [True, False])
@pytest.mark.parametrize("loose", LOOSE)
@pytest.mark.parametrize("top", ["export/", "export/class/"])
def test_a_level_too_many_is_still_several_students(tmp_path, as_zip, loose, top):
    files = {
        f"{top}ada/{WORK}": A,
        f"{top}bob/sub/work (1).ipynb": B,
        f"{top}cy/hand-in.zip": zipped({WORK: C}),
    }
    files |= LOOSE[loose]
    students, _ = found(in_zip(tmp_path, files) if as_zip else write(tmp_path / "in", files))
    assert {name: one.files[WORK] for name, one in students.items()} == {"ada": A, "bob": B, "cy": C}


def test_an_empty_folder_in_a_level_too_many_is_a_student_too(tmp_path):
    write(tmp_path, {f"export/ada/{WORK}": A, f"export/bob/{WORK}": B, "export/roster.csv": b""})
    (tmp_path / "export/cy").mkdir()
    students, _ = found(tmp_path)
    assert list(students) == ["ada", "bob", "cy"]


@pytest.mark.parametrize(
    "name", ["ada_1_2_work.ipynb", "Ada L_1_assignsubmission_file_/work.ipynb", "ada/01-tiny/work.ipynb"]
)
@pytest.mark.parametrize("as_zip", [True, False])
def test_a_platforms_files_are_found_below_a_folder_of_their_own(tmp_path, name, as_zip):
    files = {f"submissions/{name}": A, f"submissions/{name.replace('da', 'nn').replace('_1_', '_3_')}": B}
    students, _ = found(in_zip(tmp_path, files) if as_zip else write(tmp_path / "in", files))
    assert len(students) == 2 and [one.files[WORK] for one in students.values()] == [A, B]


DOUBTFUL = {
    "versions of one": {"ada/v1/work.ipynb": A, "ada/v2/work.ipynb": B},
    "a notebook of its own": {"ada/work.ipynb": A, "ada/one/work.ipynb": A, "ada/two/work.ipynb": B},
    "a course": {
        "c/release/01/work.ipynb": A,
        "c/source/01/work.ipynb": A,
        "c/submitted/ada/01/work.ipynb": B,
    },
}


@pytest.mark.parametrize("name", DOUBTFUL)
@pytest.mark.parametrize("as_zip", [True, False])
def test_where_it_is_doubtful_whose_work_it_is_nothing_is_graded(tmp_path, name, as_zip):
    where = in_zip(tmp_path, DOUBTFUL[name]) if as_zip else write(tmp_path / "in", DOUBTFUL[name])
    with pytest.raises(UserError, match=r"holds several folders with work.ipynb \(.*one folder a student"):
        found(where)


def test_one_folder_and_a_loose_file_in_a_zip_are_doubtful(tmp_path):
    with pytest.raises(UserError, match="either may be the student"):
        found(in_zip(tmp_path, {"export/ada/work.ipynb": A, "export/roster.csv": b""}))


def test_one_students_doubt_is_that_students_alone(tmp_path):
    files = {"zoe/bob/work.ipynb": B, "zoe/cy/work.ipynb": C, "ada/work.ipynb": A, "ada/old/work.ipynb": B}
    students, _ = found(write(tmp_path, files | {"dan/old/work.ipynb": C}))
    assert {name: one.files.get(WORK) for name, one in students.items()} == {"ada": A, "dan": C, "zoe": None}
    assert students["zoe"].problem("work") == (
        "It holds several folders with work.ipynb (bob, cy), which may be several students' work or versions "
        "of one student's: hand over one folder a student, with one version in it."
    )


NOTEBOOK = b'{"cells": [], "nbformat": 4}'


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "work.ipynb.json",
        "work.ipynb.txt",
        "work.ipynb.download",
        "work.ipynb.crdownload",
        "work.IPYNB.TXT",
        "work.json",
        "work.txt",
        "work (1).json",
        "work.ipnyb",
        "work.nb",
        "work.ipynb~",
        "Copy of work.ipynb.txt",
        "work.ipynb (1)",
        "work",
        "WORK",
    ],
)
def test_a_notebook_with_another_ending_is_graded_with_a_note(tmp_path, name, inside):
    files = {"x.zip": zipped({name: NOTEBOOK})} if inside else {name: NOTEBOOK}
    students, _ = found(write(tmp_path, {f"ada/{path}": content for path, content in files.items()}))
    assert students["ada"].files == {WORK: NOTEBOOK}
    assert students["ada"].notes == (f"Its notebook was handed in as {name}.",)


@pytest.mark.parametrize("end", ["work.json", "work", "work.ipynb.txt"])
@pytest.mark.parametrize(
    "start", ["ada_1_2_", "A. da_1_assignsubmission_file_", "A. da_1_assignsubmission_file_/"]
)
def test_on_platforms_too(tmp_path, start, end):
    students, _ = found(in_zip(tmp_path, {start + end: NOTEBOOK, start + "notes.txt": b"x"}))
    (one,) = students.values()
    assert one.files[WORK] == NOTEBOOK and one.notes == (f"Its notebook was handed in as {end}.",)


def test_the_notebook_under_its_own_name_wins_over_other_endings(tmp_path):
    students, _ = found(write(tmp_path, {"ada/work.ipynb.txt": B, "ada/work (1).ipynb": NOTEBOOK}))
    assert students["ada"].files[WORK] == NOTEBOOK


def test_what_is_no_notebook_with_another_ending_says_why(tmp_path):
    files = {"ada/work.ipynb.txt": b"{", "bob/work.txt": b"my notes", "cy/work.json": b'{"a": 1}'}
    students, _ = found(write(tmp_path, files))
    assert "is not JSON to its end: it is cut short" in students["ada"].problem("work")
    assert students["bob"].problem("work") == (
        "work.ipynb is missing: There is work.txt, which is no notebook."
    )
    assert "There is work.json, which is no notebook." in students["cy"].problem("work")


@pytest.mark.parametrize(
    "name", ["work.rar", "work.7z", "work.tar.gz", "work.tgz", "WORK.RAR", "work.ipynb.gz"]
)
def test_archives_that_are_not_opened_are_named(tmp_path, name):
    students, problems = found(
        write(tmp_path, {f"ada/{name}": b"Rar!", f"bob/{WORK}": A, f"bob/{name}": b"Rar!"})
    )
    told = f"{name}, which is not opened; hand in a zip, or the notebook itself."
    assert students["ada"].problem("work") == f"work.ipynb is missing: There is {told}"
    assert students["bob"].files == {WORK: A} and students["bob"].notes == (f"There is also {told}",)
    assert problems == []


def test_files_outside_the_students_folders_are_named(tmp_path):
    _, problems = found(
        write(tmp_path, {f"ada/{WORK}": A, "bob.rar": b"", "work.json": b"", "list.csv": b""})
    )
    assert [problem.partition(" ")[0] for problem in problems] == ["bob.rar", "list.csv", "work.json"]


def test_modules_and_data_beside_the_notebook_come_along(tmp_path):
    files = {"01-tiny/work.ipynb": A, "01-tiny/my_utils.py": B, "01-tiny/sub/more.py": C, "other.csv": C}
    students, _ = found(write(tmp_path, {f"ada/{name}": content for name, content in files.items()}))
    assert students["ada"].files == {WORK: A, "my_utils.py": B} and students["ada"].notes == ()
    students, _ = found(in_zip(tmp_path, {"ada_1_2_work.ipynb": A, "ada_1_3_notes.txt": B}))
    assert students["ada_1"].files == {WORK: A}
    many = {f"bob/{number}.py": b"" for number in range(30)} | {
        "bob/x.csv": bytes(2_000_000),
        f"bob/{WORK}": A,
    }
    one = found(write(tmp_path / "many", many))[0]["bob"]
    assert len(one.files) == 21 and "11 of the files beside its notebook are left out" in one.notes[0]


def test_a_time_whose_zone_is_unclear_is_none_and_noted(tmp_path, recwarn):
    files = {
        "ada/work.ipynb": A,
        "ada/timestamp.txt": b"2026-10-02 15:58:23.948203 CST",
        "bob/work.ipynb": A,
        "bob/timestamp.txt": b"2026-10-02 15:58:23.948203 JST",
        "cy+01-tiny+2026-10-02 10:00:00.000000 IST+AAAAAAAAAAA-/work.ipynb": A,
        "cy+01-tiny+2026-10-02 11:00:00.000000 IST+BBBBBBBBBBB-/work.ipynb": B,
    }
    students, problems = found(write(tmp_path, files))
    assert students["ada"].when is None and students["ada"].notes == (
        "Its timestamp.txt holds no time: it names the zone CST, which may be that of several places.",
    )
    assert (students["bob"].when.hour, students["bob"].notes) == (6, ())
    assert students["cy"].when is None and students["cy"].files == {WORK: B}  # the later one
    assert "names the zone IST" in students["cy"].notes[1]
    assert problems == [] and list(recwarn) == []
