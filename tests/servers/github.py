"""A GitHub on loopback with a real repository behind it: REST, GraphQL and git over HTTP, and every way it breaks."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers import (
    github_merged,
    github_runs,  # noqa: F401 - its routes answer once it is imported
    github_settings,  # noqa: F401 - as above
    github_state,
    github_talk,  # noqa: F401 - as above
)
from tests.servers.bare import Bare
from tests.servers.chat import Step, send
from tests.servers.git_http import GitRequest, Hosted, QuietHandler, QuietServer, ask_git, read_body
from tests.servers.github_state import Account, Ask, Refusal, State

TOKEN = "ghs_fake5b1e77"  # noqa: S105 - of a server that lives as long as a test
_REST, _GRAPHQL, _STORE = "/api/v3", "/api/graphql", "/store/"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request of the API as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    login: str

    @property
    def is_write(self) -> bool:
        """Whether it was to change something."""
        is_question = self.path == _GRAPHQL and "mutation" not in str(self.body)
        return self.method != "GET" and not is_question


@dataclass(frozen=True, slots=True)
class Fault:
    """What is answered once instead to *method* where *pattern* is found in the path; after the write, or before it."""

    method: str
    pattern: str
    step: Step
    is_after: bool = False


class ForgeServer(QuietServer):
    """One repository at GitHub Enterprise; use it as a context manager.

    *origin* is a bare repository, whose refs move for real. *tokens* are the accounts behind tokens; by default there
    is ``TOKEN``, which is a job's with all rights but ``workflows``. ``state`` is what GitHub knows beside git,
    ``seen`` are the requests, ``faults`` what goes wrong, each once, and ``store`` the files behind redirects.
    """

    def __init__(self, origin: Path, *, name: str = "owner/shop", tokens: Mapping[str, Account] | None = None) -> None:
        super().__init__(_Handler)
        self.tokens = dict(tokens or {TOKEN: Account()})
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []
        self.store: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._hosted = Hosted(origin).prepared()
        self.state = State(name, Bare(origin), self.url)

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._stopping.set()
        super().__exit__(kind, error, trace)

    @property
    def git_url(self) -> str:
        """Where git clones from and pushes to, with the password of a token."""
        return f"{self.url}/{self.state.name}.git"

    @property
    def variables(self) -> dict[str, str]:
        """The variables by which a job finds this server."""
        return {
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_API_URL": self.url + _REST,
            "GITHUB_GRAPHQL_URL": self.url + _GRAPHQL,
            "GITHUB_REPOSITORY": self.state.name,
        }

    @property
    def writes(self) -> list[Seen]:
        """The requests that were to change something, in order."""
        return [seen for seen in self.seen if seen.is_write]

    def protect(self, branch: str, message: str = "Changes must be made through a pull request.") -> None:
        """Refuse all changes to *branch* from now on, by the API and by git."""
        self.state.protected[branch] = message
        self._hosted.protect(branch)

    def breaks(self, method: str, pattern: str, step: Step, *, after: bool = False, times: int = 1) -> None:
        """Answer *step* to the next *times* requests that fit; with *after*, once what they ask for has happened."""
        self.faults += [Fault(method, pattern, step, is_after=after)] * times

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the server is being closed."""
        self._stopping.wait(seconds)

    def step(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Step:
        """The answer to one request."""
        url = urlsplit(target)
        if url.path.startswith(_STORE):
            return self._stored(url.path, headers)
        account = self._account(headers)
        if url.path.startswith(f"/{self.state.name}.git/"):
            return self._by_git(method, target, headers, body, account)
        with self._lock:  # one request after the other, as far as anybody can see
            return self._by_api(method, target, body, account)

    def _by_api(self, method: str, target: str, body: bytes, account: Account | None) -> Step:
        url = urlsplit(target)
        path, query = url.path, dict(parse_qsl(url.query))
        content = json.loads(body) if body else {}
        self.seen.append(Seen(method, path, query, content, account.login if account else ""))
        fault = self._fault(method, path)
        if fault is not None and not fault.is_after:
            return fault.step
        if account is None:
            return _as_json(401, {"message": "Bad credentials"})
        try:
            step = self._acted(method, path, Ask(account, query, content), target)
        except Refusal as refusal:
            step = replace(_as_json(refusal.status, {"message": refusal.message}), headers=refusal.headers)
        return fault.step if fault is not None else step

    def _acted(self, method: str, path: str, ask: Ask, target: str) -> Step:
        if path == _GRAPHQL:
            known = github_merged.answer if github_merged.is_meant(ask) else github_state.graphql
            return _as_json(200, known(self.state, ask))
        root = f"{_REST}/repos/{self.state.name}"
        if not path.startswith(root):
            raise Refusal(404, "Not Found")
        inside = unquote(path.removeprefix(root))
        if inside.strip("/") in self.store and "actions" in ask.account.rights:
            elsewhere = f"{self.url.replace('127.0.0.1', 'localhost')}{_STORE}{inside.strip('/')}"
            return Step(b"", status=302, headers=(("Location", elsewhere),))
        status, answer = self.state.answer(method, inside, ask)
        step = self._paged(status, answer, ask, target)
        told = () if self.state.scopes is None else (("X-OAuth-Scopes", self.state.scopes),)
        return replace(step, headers=(*step.headers, *told))

    def _paged(self, status: int, answer: Any, ask: Ask, target: str) -> Step:
        if status == 204:
            return Step(b"", status=204)
        if not isinstance(answer, list):
            return _as_json(status, answer)
        size, page = int(ask.query.get("per_page", 30)), int(ask.query.get("page", 1))
        rows = answer[(page - 1) * size : page * size]
        if len(answer) <= page * size:
            return _as_json(status, rows)
        bare = re.sub(r"&page=\d+", "", target)
        link = f'<{self.url}{bare}&page={page + 1}>; rel="next"'
        return replace(_as_json(status, rows), headers=(("Link", link),))

    def _stored(self, path: str, headers: Mapping[str, str]) -> Step:
        """A file from another host, which refuses credentials that are none of its business, as GitHub's does."""
        if "authorization" in headers:
            return Step(b"two kinds of credentials", status=400, content_type="text/plain")
        return Step(self.store[path.removeprefix(_STORE)], content_type="application/octet-stream")

    def _by_git(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, account: Account | None
    ) -> Step:
        if account is None:
            return Step(b"", status=401, headers=(("WWW-Authenticate", 'Basic realm="git"'),))
        if "contents" not in account.rights and "receive-pack" in target:
            return Step(b"", status=403)
        place, workflows = target.removeprefix(f"/{self.state.name}.git"), "workflows" in account.rights
        request = GitRequest(method, place, headers, body, account.login, workflows)
        done = ask_git(self.state.bare.directory, request)
        kind = next((value for name, value in done.headers if name.lower() == "content-type"), "text/plain")
        return Step(done.body, status=done.status, content_type=kind)

    def _account(self, headers: Mapping[str, str]) -> Account | None:
        kind, _, value = headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            value = base64.b64decode(value).decode().partition(":")[2]
        return self.tokens.get(value)

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and re.search(fault.pattern, path):
                self.faults.remove(fault)
                return fault
        return None


def _as_json(status: int, content: object) -> Step:
    return Step(json.dumps(content).encode(), status=status)


class _Handler(QuietHandler):
    server: ForgeServer

    def _serve(self) -> None:
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.step(self.command, self.path, headers, read_body(self))
        send(answer, self.wfile, self.server.wait)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the base class's own names
