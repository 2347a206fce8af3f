"""A gradebook on a server, which may be restarted, locked or absent."""

import threading

import pytest
from gradebook_course import (
    DUE,
    EARLY,
    address,
    enter,
    files,
    hand_in,
    newest,
    rows,
    state,
)
from postgres import PASSWORD, Cluster

from utils.common.errors import UserError
from utils.grading.gradebook.writer import Gradebook


def test_a_server_that_is_restarted_in_the_middle(cluster: Cluster, source, tmp_path):
    url = cluster.create("restarted")
    students = [f"s{number}" for number in range(12)]
    said: list[str] = []
    course = tmp_path / "class"
    with Gradebook(course, url, progress=said.append) as gradebook:
        enter(gradebook, source, DUE)
        for number, student in enumerate(students):
            if number == 3:  # between two submissions
                cluster.stop()
                threading.Timer(1.0, cluster.start).start()
            if number == 7:  # in the middle of a transaction
                record = gradebook.record

                def interrupted(connection, *arguments, record=record):
                    gradebook.record = record
                    answer = record(connection, *arguments)
                    cluster.stop()
                    threading.Timer(1.0, cluster.start).start()
                    return answer

                gradebook.record = interrupted
            gradebook.write(*hand_in(course, student, when=EARLY))
    calm = tmp_path / "calm"
    with Gradebook(calm) as gradebook:
        enter(gradebook, source, DUE)
        for student in students:
            gradebook.write(*hand_in(calm, student, when=EARLY))
    assert state(url.replace("postgresql:", "postgresql+psycopg:")) == state(address(calm))
    assert files(course) == files(calm) and set(newest(course)) == set(students)
    assert any(
        "does not answer; waiting" in sentence or "restarted; waiting" in sentence for sentence in said
    )


def test_a_lock_on_the_server_is_waited_for(cluster: Cluster, source, course):
    import psycopg

    url, said = cluster.create("locked"), []
    with Gradebook(course, url, progress=said.append) as gradebook:
        enter(gradebook, source, DUE)
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE grade")
            threading.Timer(1.5, other.rollback).start()
            gradebook.write(*hand_in(course, "ada"))
        assert rows(gradebook)[0]["score"] == 2.5 and "in use by another program" in said[0]


def test_no_sentence_shows_the_password(cluster: Cluster, course, tmp_path):
    right = cluster.url("absent")
    sentences = []
    for address_ in (
        right,
        right.replace("grader:", "stranger:"),
        right.replace(f":{cluster.port}/", ":1/"),
        right.replace("postgresql:", "mysql:"),
        f"postgresql//grader:{PASSWORD}@host",
    ):
        with pytest.raises(UserError) as refused:
            Gradebook(course, address_)
        sentences.append(str(refused.value))
    assert not any(PASSWORD in sentence or "\n" in sentence for sentence in sentences)
    assert "absent" in sentences[0] and "stranger" in sentences[1] and "refused" in sentences[2]
