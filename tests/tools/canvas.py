"""A stand-in for Canvas on this machine: one course, one assignment, and everything that can go wrong."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-a-teacher"


class StandIn(ThreadingHTTPServer):
    """Keeps grades and comments by student.

    Args:
        logins: of the students, whose numbers are 1, 2, …
        trouble: what to do at the n-th request that changes something, by its number: ``"429"``, ``"403"``,
            ``"500"``, ``"late"`` (done, but the answer comes too late) or ``"cut"`` (done, and no answer).
    """

    daemon_threads = True

    def __init__(self, logins, trouble=lambda number: "", late=0.0):
        super().__init__(("127.0.0.1", 0), Handler)
        self.people = {
            number: {"login": login, "score": None, "comments": []} for number, login in enumerate(logins, 1)
        }
        self.trouble, self.late, self.changes, self.asked = trouble, late, 0, []
        self.assignments = [{"id": 7, "name": "Recurrent neurons", "points_possible": 20, "course_id": 12}]
        self.course = f"http://127.0.0.1:{self.server_port}/courses/12"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return super().__enter__()

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a header and a body are two packets, of which the second would wait

    def do_GET(self):
        path = urlsplit(self.path)
        self.server.asked.append(path.path)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {"errors": []}, {"WWW-Authenticate": "Bearer"})
        one = re.search(r"/submissions/(\d+)$", path.path)
        if one:
            return self.answer(200, self.submission(int(one[1])))
        if path.path.endswith("/submissions"):
            page, size = (int(parse_qs(path.query).get(key, [1])[0]) for key in ("page", "per_page"))
            numbers = list(self.server.people)[(page - 1) * size : page * size]
            links = {}
            if page * size < len(self.server.people):
                home = f"http://127.0.0.1:{self.server.server_port}"
                links = {"Link": f'<{home}{path.path}?page={page + 1}&per_page={size}>; rel="next"'}
            return self.answer(200, [self.submission(number) for number in numbers], links)
        if path.path.endswith("/assignments"):
            return self.answer(200, self.server.assignments)
        return self.answer(404, {})

    def do_PUT(self):
        server = self.server
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        server.changes += 1
        trouble = server.trouble(server.changes)
        if trouble.isdigit():
            return self.answer(int(trouble), "403 Forbidden (Rate Limit Exceeded)")
        person = server.people[int(self.path.rpartition("/")[2])]
        if "submission[posted_grade]" in fields:
            person["score"] = float(fields["submission[posted_grade]"][0])
        person["comments"] += fields.get("comment[text_comment]", [])
        if trouble == "late":
            time.sleep(server.late)
        if trouble == "cut":
            self.close_connection = True
            return None
        return self.answer(200, self.submission(int(self.path.rpartition("/")[2])))

    def submission(self, number):
        person = self.server.people[number]
        return {
            "id": 1000 + number,
            "user_id": number,
            "assignment_id": 7,
            "score": person["score"],
            "user": {"id": number, "login_id": person["login"]},
            "submission_comments": [{"comment": text} for text in person["comments"]],
        }

    def answer(self, status, content, headers=None):
        body = json.dumps(content).encode()
        try:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # whoever asked has gone
            self.close_connection = True

    def log_message(self, *_):
        pass
