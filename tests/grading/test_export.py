"""Grades for other programs: every student gets their own points, and nothing else in a file changes."""

import csv
import os
import sys
from pathlib import Path

import pytest

from utils.common.errors import UserError
from utils.grading.gradebook.writer import Gradebook as OurGradebook
from utils.grading.reports import export
from utils.grading.reports.class_report import write_grades
from utils.grading.reports.columns import read_columns
from utils.grading.reports.tables import neutral
from utils.grading.result import Result

RESULTS = [
    Result("lovelaceada_101", "graded", {"one-a": (2, 3), "two-a": (1.5, 7)}),
    Result("emmy", "graded", {"one-a": (3, 3), "two-a": (7, 7)}),
    Result("=cmd()", "graded", {"one-a": (0, 3), "two-a": (0, 7)}),
    Result("babbagecharles_103", "broken", problem="-work.ipynb is empty."),
]


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-x", "'-x"),
        ("\t=1", "'\t=1"),
        ("-1.5", "-1.5"),
        ("-", "-"),
        (2.5, "2.5"),
        (None, ""),
        ("a=b", "a=b"),
    ],
)
def test_no_cell_is_a_formula(cell, expected):
    assert neutral(cell) == expected


def test_grades_csv_has_no_formula(tmp_path):
    write_grades(RESULTS, tmp_path / "grades.csv")
    rows = read(tmp_path / "grades.csv")
    assert rows[0] == ["student", "status", "score", "max_score", "late_penalty", "one", "two", "problem"]
    assert rows[1][:7] == ["lovelaceada_101", "graded", "3.5", "10", "", "2", "1.5"]
    assert rows[3][0] == "'=cmd()" and rows[4] == [
        "babbagecharles_103",
        "broken",
        "",
        "",
        "",
        "",
        "",
        "'-work.ipynb is empty.",
    ]


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Quiz (9),Recurrent Neurons (4757),Final Score
,,,,,,Manual Posting,
    Points Possible,,,,,5,10,(read only)
"Lovelace, Ada",101,S1,ada,A,4,,80
"Noether, Emmy",102,S2,EMMY,B,3,1,70
"Babbage, Charles",103,S3,charles,B,2,6,60
"Student, Test",999,,,B,,,
"""


def test_canvas_gets_a_file_with_this_assignments_column_alone(tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS, encoding="utf-8-sig")
    notes = export.write_canvas(
        RESULTS, "01-recurrent-neurons", tmp_path / "out.csv", tmp_path / "roster.csv", final={"emmy": 9.25}
    )
    assert read(tmp_path / "out.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Recurrent Neurons (4757)"],
        ["", "", "", "", "", "Manual Posting"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Lovelace, Ada", "101", "S1", "ada", "A", "3.5"],
        ["Noether, Emmy", "102", "S2", "EMMY", "B", "9.25"],
        ["Babbage, Charles", "103", "S3", "charles", "B", "6"],
        ["Student, Test", "999", "", "", "B", ""],
    ]
    assert notes == [
        "babbagecharles_103 has no score: -work.ipynb is empty.",
        f"=cmd() is not in {tmp_path / 'roster.csv'}, and has no row.",
    ]
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_canvas_without_a_roster_gets_a_new_column(tmp_path):
    export.write_canvas(RESULTS, "01-tiny", tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert rows[:3] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01-tiny"],
        ["    Points Possible", "", "", "", "", "10"],
        ["lovelaceada_101", "101", "", "", "", "3.5"],
    ]
    assert rows[3][3] == "emmy" and rows[4][0] == "'=cmd()"


def test_points_are_converted_on_request_only(tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS.replace(",5,10,", ",5,100,"))
    for scale, expected in ((False, "3.5"), (True, "35")):
        notes = export.write_canvas(
            RESULTS, "x", tmp_path / "out.csv", tmp_path / "roster.csv", "Recurrent Neurons", scale=scale
        )
        assert read(tmp_path / "out.csv")[3][5] == expected
        assert any("Canvas has 100 points" in note for note in notes) != scale


@pytest.mark.parametrize("column", [None, "Essay"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path, column):
    (tmp_path / "roster.csv").write_text(CANVAS)
    with pytest.raises(
        UserError, match=r"no columns .* fit .*; name one with --column: 'Quiz \(9\)', 'Recurrent"
    ):
        export.write_canvas(RESULTS, "07-other", tmp_path / "out.csv", tmp_path / "roster.csv", column)


MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (grade)"'
    """
"Participant 101","Ada Lovelace",ada@x.edu,Submitted,,10.00,Yes,-
"Participant 7","Emmy Noether",Emmy@x.edu,Submitted,5.00,10.00,Yes,"Friday, 2 October 2026, 10:00 AM"
"Participant 103","Charles Babbage",c@x.edu,Submitted,,10.00,Yes,-
"Participant 104","=HYPERLINK()",d@x.edu,,,10.00,Yes,-
"""
)


def test_only_the_grades_of_moodles_worksheet_change(tmp_path):
    (tmp_path / "roster.csv").write_text(MOODLE, encoding="utf-8-sig")
    notes = export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv")
    before, after = read(tmp_path / "roster.csv"), read(tmp_path / "out.csv")
    assert [row[4] for row in after] == ["Grade", "3.5", "10", "", ""]
    assert after[4][1] == "'=HYPERLINK()"
    for row, old in zip(after, before, strict=True):
        assert [c for i, c in enumerate(row) if i not in (1, 4)] == [
            c for i, c in enumerate(old) if i not in (1, 4)
        ]
    assert len(notes) == 2 and "=cmd() is not in" in notes[1]


def test_a_grade_that_moodle_locks_is_left(tmp_path):
    (tmp_path / "roster.csv").write_text(MOODLE.replace("5.00,10.00,Yes", "5.00,10.00,No"))
    notes = export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv")
    assert read(tmp_path / "out.csv")[2][4] == "5.00"
    assert "emmy keeps the grade on Moodle, which says that it cannot be changed." in notes


def test_moodle_without_a_worksheet(tmp_path):
    notes = export.write_moodle(RESULTS, tmp_path / "out.csv", names={"lovelaceada_101": "Ada Lovelace"})
    assert read(tmp_path / "out.csv") == [
        ["Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Last modified (grade)"],
        ["Participant 101", "Ada Lovelace", "", "3.5", "10", "-"],
    ]
    assert sum("is not in a Moodle export" in note for note in notes) == 2


def test_a_semicolon_worksheet_stays_one(tmp_path):
    (tmp_path / "roster.csv").write_text("Identifier;Grade;Maximum grade\nTeilnehmer/in101;;20,00\n")
    export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv", scale=True)
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "Teilnehmer/in101;7;20,00"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b'"'])
def test_a_roster_that_is_none_is_refused_in_one_sentence(tmp_path, content):
    (tmp_path / "roster.csv").write_bytes(content)
    for write in (
        lambda: export.write_canvas(RESULTS, "x", tmp_path / "out.csv", tmp_path / "roster.csv"),
        lambda: export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv"),
        lambda: export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "nowhere.csv"),
    ):
        with pytest.raises(UserError) as refusal:
            write()
        assert "\n" not in str(refusal.value)


def test_nbgraders_table_is_that_of_nbgrader_export(tmp_path, monkeypatch):
    # nbgrader starts alembic, which lies beside the interpreter, by its bare name
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    from nbgrader.api import Gradebook
    from nbgrader.plugins import CsvExportPlugin

    address = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(address) as gradebook:
        gradebook.add_assignment("01-tiny", duedate="2026-10-02 10:00:00 UTC")
        gradebook.add_notebook("work", "01-tiny")
        gradebook.add_grade_cell("one-a", "work", "01-tiny", max_score=10, cell_type="code")
        gradebook.add_student("ada", last_name="Lovelace", first_name="Ada", email="ada@x.edu")
        gradebook.add_submission("01-tiny", "ada", timestamp="2026-10-02 11:00:00 UTC")
        grade = gradebook.find_grade("one-a", "work", "01-tiny", "ada")
        grade.auto_score, grade.extra_credit = 6, 1
        gradebook.find_submission_notebook("work", "01-tiny", "ada").late_submission_penalty = 2
        gradebook.db.commit()
        plugin = CsvExportPlugin(to=str(tmp_path / "nbgrader.csv"))
        plugin.export(gradebook)
    with OurGradebook(tmp_path, address) as ours:
        rows, _ = ours.final("01-tiny")
    results = [Result("ada", "graded", {"one-a": (6, 10)}), RESULTS[3]]
    notes = export.write_nbgrader(results, "01-tiny", rows, tmp_path / "ours.csv")
    assert read(tmp_path / "ours.csv")[:2] == read(tmp_path / "nbgrader.csv")
    assert read(tmp_path / "ours.csv")[2] == ["01-tiny", "", "", "babbagecharles_103"] + [""] * 7
    assert export.final_scores(rows) == {"ada": 5.0} and len(notes) == 1


GERMAN = (
    "ID{0}{1}Vollständiger Name{1}{0}{1}E-Mail-Adresse{1}{0}Status{0}Bewertung{0}Bestwertung{0}"
    '"Bewertung kann geändert werden"{0}"Zuletzt geändert (Bewertung)"\n'
    'Teilnehmer/in101{0}"Lovelace, Ada"{0}ada@x.de{0}"Zur Bewertung abgegeben"{0}"1,50"{0}"10,00"{0}Ja{0}-\n'
    'Teilnehmer/in7{0}"Noether, Emmy"{0}Emmy@x.de{0}""{0}{0}"10,00"{0}Ja{0}"Freitag, 2. Oktober"\n'
    'Teilnehmer/in103{0}Babbage{0}c@x.de{0}-{0}"5,00"{0}"10,00"{0}Nein{0}-\n'
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_moodles_worksheet_in_german_comes_back_with_our_grades_alone(tmp_path, delimiter, ends, bom):
    text = GERMAN.format(delimiter, '"').replace("\n", ends)
    (tmp_path / "roster.csv").write_bytes(bom + text.encode())
    notes = export.write_moodle(
        RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv", final={"babbagecharles_103": 6}
    )
    expected = text.replace('"1,50"', '"3,5"').replace(
        f'""{delimiter}{delimiter}', f'""{delimiter}10{delimiter}'
    )
    assert (tmp_path / "out.csv").read_bytes() == bom + expected.encode()
    assert notes == [
        "babbagecharles_103 keeps the grade on Moodle, which says that it cannot be changed.",
        f"=cmd() is not in {tmp_path / 'roster.csv'}, and has no row.",
    ]


def test_decimal_commas_are_written_where_they_are_read(tmp_path):
    text = GERMAN.format(";", "")
    for maximum, grade in (('"10,00"', "9,25"), ('"10.00"', "9.25"), ("10", "9.25")):
        (tmp_path / "roster.csv").write_text(
            text.replace('"10,00"', maximum).replace('"1,50"', "").replace('"5,00"', "")
        )
        export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv", final={"emmy": 9.25})
        assert f";{grade};{maximum}" in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize(
    ("head", "row", "no"),
    [
        (
            "Identificador,Nombre completo,Estado,Calificación,Calificación máxima,Cambiable",
            "Participante {}",
            "No",
        ),
        ("Identifiant,Nom complet,Statut,Note,Note maximale,Modifiable", "Participant {}", "Non"),
        ("識別子,氏名,ステータス,評点,最大評点,変更可能", "参加者 {}", "いいえ"),
        ("Идентификатор,Имя,Состояние,Оценка,Максимум,Можно", "Участник{}", "Нет"),
    ],
)
def test_moodle_in_other_languages(tmp_path, head, row, no):
    rows = [
        f"{row.format(101)},Ada,x,,10.00,?",
        f"{row.format(103)},Charles,x,,10.00,{no}",
        f"{row.format(9)},E,x,5.00,10.00,{no}",
    ]
    (tmp_path / "roster.csv").write_text("\n".join([head, *(line.replace("?", no) for line in rows)]) + "\n")
    notes = export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv")
    assert "lovelaceada_101 keeps the grade on Moodle, which says that it cannot be changed." in notes
    yes = {"No": "Sí", "Non": "Oui", "いいえ": "はい", "Нет": "Да"}[no]
    (tmp_path / "roster.csv").write_text(
        (tmp_path / "roster.csv").read_text().replace(f",{no}\n", f",{yes}\n")
    )
    export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv")
    assert [line[3] for line in read(tmp_path / "out.csv")[1:]] == ["3.5", "", "5.00"]


UNCLEAR = "Wer,Punkte,Von,Bonus,Von\nx101,,10,,5\nx103,,10,,5\n"


def test_what_cannot_be_told_is_named_by_columns(tmp_path):
    (tmp_path / "roster.csv").write_text(UNCLEAR)

    def write(**more):
        export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv", **more)

    with pytest.raises(UserError, match=r"cannot be told; name it with --columns grade=…, one of 'Wer'"):
        write()
    write(columns=read_columns(["grade=Punkte"]))
    assert read(tmp_path / "out.csv")[1] == ["x101", "3.5", "10", "", "5"]
    write(columns=read_columns(["identifier=Wer,grade=Bonus"]))
    assert read(tmp_path / "out.csv")[1] == ["x101", "", "10", "3.5", "5"]
    with pytest.raises(UserError, match="there is no column 'Note'; grade may be 'Wer', 'Punkte'"):
        write(columns={"grade": "Note"})


def test_columns_is_read_with_names_that_hold_commas():
    assert read_columns(["grade=Bewertung, vorläufig,identifier=ID", "login = E-Mail"]) == {
        "grade": "Bewertung, vorläufig",
        "identifier": "ID",
        "login": "E-Mail",
    }
    for wrong in ("Bewertung", "points=x", "grade="):
        with pytest.raises(UserError, match="takes WHAT=NAME"):
            read_columns([wrong])


CANVAS_ELSEWHERE = """\
Étudiant;ID;ID utilisateur SIS;Identifiant SIS;Section;Recurrent Neurons (47);Note finale
    Points possibles;;;;;10,0;
"Lovelace, Ada";101;S1;ada;A;;80,5
"Noether, Emmy";102;S2;EMMY;B;1,5;70
"""


def test_canvas_in_another_language(tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS_ELSEWHERE, encoding="utf-8-sig")
    notes = export.write_canvas(
        RESULTS, "01-recurrent-neurons", tmp_path / "out.csv", tmp_path / "roster.csv", final={"emmy": 9.25}
    )
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig") == (
        CANVAS_ELSEWHERE.replace(";Note finale", "")
        .replace("10,0;", "10,0")
        .replace("A;;80,5", "A;3,5")
        .replace("1,5;70", "9,25")
    )
    assert len(notes) == 2 and "is not in" in notes[1]


def test_a_cell_of_a_roster_that_would_be_a_formula_is_made_harmless(tmp_path):
    text = GERMAN.format(",", "").replace("Babbage", "=cmd|' /C calc'!A0").replace("Freitag, ", "@SUM(1)")
    (tmp_path / "roster.csv").write_text(text)
    export.write_moodle(RESULTS, tmp_path / "out.csv", tmp_path / "roster.csv")
    rows = read(tmp_path / "out.csv")
    assert rows[3][1] == "'=cmd|' /C calc'!A0" and rows[2][7] == "'@SUM(1)2. Oktober"


def test_a_students_text_in_our_own_tables_steers_no_terminal(tmp_path):
    broken = Result("ada", "broken", problem="work\x1b[2J\u202e.ipynb\nis empty.")
    write_grades([broken], tmp_path / "grades.csv")
    text = (tmp_path / "grades.csv").read_text()
    assert "\x1b" not in text and "\u202e" not in text and len(text.splitlines()) == 2
