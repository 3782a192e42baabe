"""A GitLab on loopback: the documented shapes of its API over a real repository, and every write noted.

Sources: "Merge requests API", "Discussions API", "Notes API", "Commits API", "Issues API", "Emoji reactions API",
"Members API", "Jobs API" and "Pipelines API" in GitLab's documentation.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from unidiff import PatchSet

from tests.checkouts import Checkout
from tests.servers import gitlab_answers
from tests.servers.git_http import GitHttp, Hosted, QuietHandler, QuietServer, read_body, send
from tests.servers.gitlab_values import Asked, Fault, Json, Refusal

PROJECT, PATH = 5, "group/name"
BOT, PERSON = 11, 12


class GitLabServer(QuietServer):
    """The project ``group/name`` with its number 5; use it as a context manager.

    *token* is a project access token; ``levels`` are the access levels of accounts by their ids. ``writes`` are all
    that was asked to change something and was done.
    """

    def __init__(self, checkout: Checkout, folder: Path, token: str) -> None:
        super().__init__(_Handler)
        (folder / "group").mkdir(parents=True)
        self.hosted = Hosted.of(checkout, folder / "group" / "name.git")
        self.git = GitHttp(folder, {token: "bot"})
        self.users = {BOT: _user(BOT, "project_5_bot_ab12", bot=True), PERSON: _user(PERSON, "ada")}
        self.tokens = {token: BOT}
        self.levels = {BOT: 30, PERSON: 40}
        self.faults: list[Fault] = []
        self.writes: list[tuple[str, str, Json]] = []
        self.requests: list[Asked] = []
        self.requested: dict[int, Json] = {}
        self.merged: list[Json] = []
        self.releases: dict[str, Json] = {}
        self.discussions: dict[int, list[Json]] = {}
        self.issues: dict[int, Json] = {}
        self.statuses: list[Json] = []
        self.pipelines: list[int] = []
        self.ended: dict[int, Json] = {}
        self.protected: dict[str, Json] = {}
        self.token_scopes: dict[int, list[str]] = {BOT: ["api", "write_repository"]}
        self.job_token_scope: Json = {"inbound_enabled": True}
        self.jobs: dict[int, list[Json]] = {}
        self.traces: dict[int, bytes] = {}
        self.test_reports: dict[int, Json] = {}
        self.pages_loop = False
        self.lock = threading.RLock()
        self._last = 100

    @property
    def variables(self) -> dict[str, str]:
        """What a job of the project has in its environment."""
        return {
            "GITLAB_CI": "true",
            "CI_SERVER_URL": self.url,
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_PATH": PATH,
        }

    def open_request(self, source: str, target: str, *, author: int = PERSON, **fields: object) -> int:
        """Open a merge request as a person does; its number."""
        number = len(self.requested) + 1
        made = {"id": self.number(), "iid": number, "state": "opened", "author": self.users[author], **fields}
        self.requested[number] = {
            "description": "",
            "source_project_id": PROJECT,
            **made,
            "source_branch": source,
            "target_branch": target,
        }
        self.discussions[number] = []
        return number

    def number(self) -> int:
        """An id that nothing else has."""
        self._last += 1
        return self._last

    def say(self, number: int, body: str, author: int = PERSON) -> Json:
        """Add a note to a merge request as *author* does."""
        note: Json = {"id": self.number(), "body": body, "author": self.users[author], "award": []}
        self.discussions[number].append({"id": f"{note['id']:040x}", "individual_note": True, "notes": [note]})
        return note

    def notes(self, number: int) -> list[Json]:
        """Every note of a merge request, those on lines included."""
        return [note for discussion in self.discussions[number] for note in discussion["notes"]]

    def apply(self, *notes: Json) -> str:
        """Apply the suggestions of *notes* in one commit, as the button does; the commit's id."""
        request = next(iter(self.requested.values()))
        branch = request["source_branch"]
        files: dict[str, list[str]] = {}
        for note in sorted(notes, key=lambda one: -int(one["position"]["new_line"])):
            path, last = note["position"]["new_path"], int(note["position"]["new_line"])
            if path not in files:
                raw = Checkout(self.hosted.path).raw("cat-file", "blob", f"{branch}:{path}").decode()
                files[path] = raw.splitlines(keepends=True)
            block = re.search(r"^(`{3,})suggestion:-(\d+)\+(\d+)\n(.*?)^\1$", note["body"], re.MULTILINE | re.DOTALL)
            assert block, note["body"]
            files[path][last - 1 - int(block[2]) : last + int(block[3])] = [block[4]]
        return self.hosted.add(branch, {path: "".join(lines) for path, lines in files.items()}, "Apply suggestions")

    def answer(self, asked: Asked) -> Any:
        """What GitLab answers. Raises Refusal."""
        for method, pattern, route in _ROUTES:
            found = re.fullmatch(rf"/projects/(?:{PROJECT}|{PATH})" + pattern, asked.path)
            if method == asked.method and found:
                try:
                    return route(self, asked, *found.groups())
                except LookupError as error:
                    raise Refusal(404, "404 Not Found") from error
        if asked.method == "GET" and asked.path == "/user":
            return self.users[asked.user]
        if asked.method == "GET" and asked.path == "/personal_access_tokens/self":
            return {"id": 1, "user_id": asked.user, "scopes": self.token_scopes[asked.user]}
        if asked.method == "GET" and asked.path == "/users":
            return [user for user in self.users.values() if user["username"] == asked.query.get("username")]
        raise Refusal(404, "404 Not Found")

    def request(self, number: str) -> Json:
        """The merge request as it is read. Raises Refusal."""
        if int(number) not in self.requested:
            raise Refusal(404, "404 Not found")
        kept = self.requested[int(number)]
        head, start = self.hosted.head(kept["source_branch"]), self.hosted.head(kept["target_branch"])
        base = self.hosted.git("merge-base", head, start)
        refs = {"base_sha": base, "start_sha": start, "head_sha": head}
        address = f"{self.url}/{PATH}/-/merge_requests/{number}"
        return {**kept, "sha": head, "diff_refs": refs, "web_url": address, "target_project_id": PROJECT}

    def patches(self, number: str) -> list[Json]:
        """The files that a merge request changes."""
        refs = self.request(number)["diff_refs"]
        text = self.hosted.git("diff", "--no-renames", refs["base_sha"], refs["head_sha"]) + "\n"
        found = []
        for file in PatchSet(text):
            diff = "".join(str(hunk) for hunk in file)
            paths = {"old_path": file.path, "new_path": file.path}
            found.append({**paths, "diff": diff, "deleted_file": file.is_removed_file, "new_file": file.is_added_file})
        return found


def _user(number: int, name: str, *, bot: bool = False) -> Json:
    return {"id": number, "username": name, "state": "active", "bot": bot}


def _list_requests(server: GitLabServer, asked: Asked) -> list[Json]:
    if named := asked.query.get("iids[]"):
        rows = [row for row in server.merged if type(row["iid"]) is not int or str(row["iid"]) in named.split(",")]
        return [row for row in rows if row["state"] == asked.query["state"]]
    wanted = {name: asked.query[name] for name in ("source_branch", "target_branch") if name in asked.query}
    state = asked.query.get("state", "all")
    rows = [server.request(str(number)) for number in server.requested if server.hosted.head(
        server.requested[number]["source_branch"])]  # fmt: skip
    fitting = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return [row for row in fitting if state in ("all", row["state"])]


def _make_request(server: GitLabServer, asked: Asked) -> Json:
    body = asked.body
    for name in ("source_branch", "target_branch"):
        if not server.hosted.head(body[name]):
            raise Refusal(400, f"{name} does not exist")
    pairs = [(one["source_branch"], one["target_branch"], one["state"]) for one in server.requested.values()]
    if (body["source_branch"], body["target_branch"], "opened") in pairs:
        raise Refusal(409, ["Another open merge request already exists for this source branch: !1"])
    said = {name: body[name] for name in ("title", "description")}
    number = server.open_request(body["source_branch"], body["target_branch"], author=asked.user, **said)
    return server.request(str(number))


def _edit_request(server: GitLabServer, asked: Asked, number: str) -> Json:
    kept, body = server.requested[int(server.request(number)["iid"])], dict(asked.body)
    labels = {*kept.get("labels", []), body.pop("add_labels", "")} - {body.pop("remove_labels", ""), ""}
    kept.update({**body, "labels": sorted(labels)})
    return server.request(number)


def _list_discussions(server: GitLabServer, _asked: Asked, number: str) -> list[Json]:
    server.request(number)
    return server.discussions[int(number)]


def _discuss(server: GitLabServer, asked: Asked, number: str) -> Json:
    request, position = server.request(number), asked.body["position"]
    refs = {name: position[name] for name in ("base_sha", "start_sha", "head_sha")}
    text = server.hosted.git("diff", "--no-renames", refs["base_sha"], refs["head_sha"], "--", position["new_path"])
    lines = {
        (line.target_line_no, line.source_line_no)
        for file in PatchSet(text + "\n") for hunk in file for line in hunk if line.target_line_no
    }  # fmt: skip
    if refs != request["diff_refs"] or (position["new_line"], position.get("old_line")) not in lines:
        raise Refusal(400, '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}')
    note = server.say(int(number), asked.body["body"], asked.user)
    note["position"] = position
    return server.discussions[int(number)][-1]


def _list_notes(server: GitLabServer, _asked: Asked, number: str) -> list[Json]:
    server.request(number)
    return server.notes(int(number))[::-1]


def _note(server: GitLabServer, asked: Asked, number: str) -> Json:
    server.request(number)
    return server.say(int(number), asked.body["body"], asked.user)


def _found_note(server: GitLabServer, number: str, note: str) -> Json:
    found = [one for one in server.notes(int(number)) if one["id"] == int(note)]
    if not found:
        raise Refusal(404, "404 Note Not Found")
    return found[0]


def _edit_note(server: GitLabServer, asked: Asked, number: str, note: str) -> Json:
    found = _found_note(server, number, note)
    if found["author"]["id"] != asked.user:
        raise Refusal(403, "403 Forbidden")
    found["body"] = asked.body["body"]
    return found


def _drop_note(server: GitLabServer, asked: Asked, number: str, note: str) -> None:
    found = _found_note(server, number, note)
    if found["author"]["id"] != asked.user:
        raise Refusal(403, "403 Forbidden")
    left = [one for one in server.discussions[int(number)] if found not in one["notes"]]
    server.discussions[int(number)] = left


def _one_note(server: GitLabServer, _asked: Asked, number: str, note: str) -> Json:
    server.request(number)
    return _found_note(server, number, note)


def _award(server: GitLabServer, asked: Asked, number: str, note: str) -> Json:
    found, name = _found_note(server, number, note), asked.body["name"]
    if (asked.user, name) in found["award"]:
        raise Refusal(404, "404 Award Emoji Name has already been taken Not Found")
    found["award"].append((asked.user, name))
    return {"id": server.number(), "name": name, "user": server.users[asked.user]}


def _start(server: GitLabServer, _asked: Asked, number: str) -> Json:
    server.pipelines.append(int(number))
    return {"id": server.number(), "sha": server.request(number)["sha"], "status": "created"}


def _member(server: GitLabServer, _asked: Asked, number: str) -> Json:
    if int(number) not in server.levels:
        raise Refusal(404, "404 Not found")
    return {**server.users[int(number)], "access_level": server.levels[int(number)]}


def _status(server: GitLabServer, asked: Asked, commit: str) -> Json:
    if not commit or asked.body["state"] not in ("pending", "running", "success", "failed", "canceled", "skipped"):
        raise Refusal(400, "400 Bad request")
    same = [one for one in server.statuses if (one["sha"], one["name"]) == (commit, asked.body["name"])]
    if same and same[-1]["status"] == asked.body["state"]:
        raise Refusal(400, "Cannot transition status via :success from :success (Reason(s): Status cannot transition)")
    server.statuses.append({**asked.body, "sha": commit, "status": asked.body["state"]})
    return server.statuses[-1]


_REQUEST, _NOTE = r"/merge_requests/(\d+)", r"/merge_requests/(\d+)/notes/(\d+)"
_ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "/merge_requests", _list_requests),
    ("POST", "/merge_requests", _make_request),
    ("GET", _REQUEST, lambda server, _asked, number: server.request(number)),
    ("PUT", _REQUEST, _edit_request),
    ("GET", _REQUEST + "/diffs", lambda server, _asked, number: server.patches(number)),
    ("GET", _REQUEST + "/discussions", _list_discussions),
    ("POST", _REQUEST + "/discussions", _discuss),
    ("GET", _REQUEST + "/notes", _list_notes),
    ("POST", _REQUEST + "/notes", _note),
    ("GET", _NOTE, _one_note),
    ("PUT", _NOTE, _edit_note),
    ("DELETE", _NOTE, _drop_note),
    ("POST", _NOTE + "/award_emoji", _award),
    ("POST", _REQUEST + "/pipelines", _start),
    ("GET", r"/members/all/(\d+)", _member),
    ("POST", r"/statuses/([0-9a-f]+)", _status),
    ("GET", "/issues", gitlab_answers.list_issues),
    ("POST", "/issues", gitlab_answers.make_issue),
    ("PUT", r"/issues/(\d+)", gitlab_answers.edit_issue),
    ("GET", "", gitlab_answers.project),
    ("GET", r"/protected_branches/([^/]+)", gitlab_answers.protected_branch),
    ("GET", r"/members/all/(\d+)", gitlab_answers.member),
    ("GET", "/job_token_scope", lambda server, _asked: server.job_token_scope),
    ("PATCH", "/job_token_scope", gitlab_answers.edit_job_token_scope),
    ("POST", "/access_tokens", gitlab_answers.make_access_token),
    ("POST", "/releases", gitlab_answers.make_release),
    ("GET", r"/releases/([^/]+)", gitlab_answers.release),
    ("PUT", r"/releases/([^/]+)", gitlab_answers.edit_release),
    ("GET", r"/pipelines/(\d+)", gitlab_answers.pipeline),
    ("GET", r"/pipelines/(\d+)/jobs", gitlab_answers.jobs),
    ("GET", r"/jobs/(\d+)/trace", gitlab_answers.trace),
    ("GET", r"/pipelines/(\d+)/test_report", gitlab_answers.report),
)


class _Handler(QuietHandler):
    server: GitLabServer

    def _serve(self) -> None:
        if not self.path.startswith("/api/v4/"):
            self.server.git.serve(self)
            return
        address = urlsplit(self.path)
        given_values = parse_qs(address.query).items()
        query = {name: ",".join(values) if name.endswith("[]") else values[-1] for name, values in given_values}
        path, raw = unquote(address.path.removeprefix("/api/v4")), read_body(self)
        given = self.headers.get("PRIVATE-TOKEN", "") or self.headers.get("JOB-TOKEN", "")
        user = self.server.tokens.get(given, 0)
        asked = Asked(self.command, path, query, json.loads(raw) if raw else {}, user)
        fault = self._fault(asked)
        if fault and not fault.is_after:
            self._break(fault)
            return
        status, body = self._answered(asked)
        if fault:
            self._break(fault)
        elif isinstance(body, bytes):
            send(self, status, body, (("Content-Type", "text/plain"),))
        else:
            rows, pages = self._page(body, query)
            encoded = b"" if rows is None else json.dumps(rows).encode()
            send(self, status, encoded, (("Content-Type", "application/json"), *pages))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _fault(self, asked: Asked) -> Fault | None:
        with self.server.lock:
            self.server.requests.append(asked)
            for fault in self.server.faults:
                if fault.times and re.search(fault.match, f"{asked.method} {asked.path}"):
                    fault.times -= 1
                    return fault
        return None

    def _break(self, fault: Fault) -> None:
        if fault.status:
            send(
                self,
                fault.status,
                json.dumps(fault.body).encode(),
                (("Content-Type", "application/json"), *fault.headers),
            )
        else:
            self.close_connection = True
            self.connection.close()

    def _answered(self, asked: Asked) -> tuple[int, Any]:
        if not asked.user:
            return 401, {"message": "401 Unauthorized"}
        if asked.method != "GET" and self.server.levels[asked.user] < 30:
            return 403, {"message": "403 Forbidden"}
        with self.server.lock:
            try:
                found = self.server.answer(asked)
            except Refusal as refusal:
                return refusal.status, refusal.body
            if asked.method != "GET":
                self.server.writes.append((asked.method, asked.path, asked.body))
        return {"POST": 201, "DELETE": 204}.get(asked.method, 200), found

    def _page(self, body: Any, query: dict[str, str]) -> tuple[Any, tuple[tuple[str, str], ...]]:
        if not isinstance(body, list):
            return body, ()
        size, number = int(query.get("per_page", "20")), int(query.get("page", "1"))
        more = "1" if self.server.pages_loop else str(number + 1) if len(body) > size * number else ""
        return body[size * (number - 1) : size * number], (("X-Next-Page", more), ("X-Page", str(number)))
