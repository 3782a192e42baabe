"""Real git over http on loopback: `git http-backend` behind Basic auth, and bare repositories kept as a forge does."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.checkouts import NOBODY, Checkout

OWNER = "owner"
_ENVIRONMENT = {**NOBODY, "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_ADDR": "127.0.0.1"}
_HOOK = """#!/bin/sh
# What a forge does with a push. The owner may do anything; all that is tried is written down.
style=$(git config forge.style || echo github)
while read -r old new ref; do
  echo "$old $new $ref" >> "$GIT_DIR/attempts"
  [ "$REMOTE_USER" = owner ] && continue
  if git config --get-all forge.protected | grep -qxF "${ref#refs/heads/}"; then
    if [ "$style" = gitlab ]; then
      echo "GitLab: You are not allowed to push code to protected branches on this project." >&2
    else
      echo "error: GH006: Protected branch update failed for $ref." >&2
      echo "error: Changes must be made through a pull request." >&2
    fi
    exit 1
  fi
  if git config forge.says > /dev/null; then git config forge.says >&2; exit 1; fi
  [ -n "$FORGE_WORKFLOWS" ] && continue
  if [ -n "$(git log --format= --name-only "$new" --not --all -- .github/workflows)" ]; then
    echo "refusing to allow a GitHub App to create or update workflow without \\`workflows\\` permission" >&2
    exit 1
  fi
done
"""


@dataclass(frozen=True)
class Hosted:
    """A bare repository as a forge keeps it: it takes forced pushes and deletions, so that a test can see them."""

    path: Path

    @classmethod
    def of(cls, checkout: Checkout, path: Path) -> Hosted:
        """A copy of *checkout*'s branches at *path*, which ends in ``.git``."""
        checkout.git("clone", "--quiet", "--bare", str(checkout.root), str(path))
        return cls(path).prepared()

    def prepared(self) -> Self:
        """Have it take pushes and tell about commits, as a forge does."""
        for name, value in (("core.logAllRefUpdates", "always"), ("http.receivepack", "true")):
            self.set(name, value)
        self.set("uploadpack.allowReachableSHA1InWant", "true")
        hook = self.path / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_HOOK)
        hook.chmod(0o755)
        return self

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in this repository, as its host would."""
        return Checkout(self.path).git(*arguments, stdin=stdin)

    def set(self, name: str, value: str) -> None:
        """Add a line to the settings."""
        self.git("config", "--add", name, value)

    def protect(self, *branches: str, style: str = "github") -> None:
        """Let nobody but the owner push to *branches*, and say so as ``github`` or ``gitlab`` does."""
        self.set("forge.style", style)
        for branch in branches:
            self.set("forge.protected", branch)

    def declines(self, words: str) -> None:
        """Refuse every push but the owner's, with *words*."""
        self.set("forge.says", words)

    def refs(self) -> dict[str, str]:
        """Every ref and the commit it is at."""
        rows = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(row.split(" ", 1) for row in rows)

    def head(self, branch: str) -> str:
        """The commit that *branch* is at; empty where there is no such branch."""
        return self.refs().get(f"refs/heads/{branch}", "")

    def add(self, branch: str, files: Mapping[str, bytes | str], message: str = "meanwhile") -> str:
        """Commit *files* on top of *branch*, as a person's push would; the commit's id."""
        return self._move(branch, f"refs/heads/{branch}", files, message)

    def replace(self, branch: str, files: Mapping[str, bytes | str]) -> str:
        """Force *branch* to another commit on top of its parent, as a person's rebase would; the commit's id."""
        return self._move(branch, f"refs/heads/{branch}^", files, "rewritten")

    def _move(self, branch: str, parent: str, files: Mapping[str, bytes | str], message: str) -> str:
        index = str(self.path / f"index-{threading.get_ident()}")
        here = Checkout(self.path)
        here.git("read-tree", parent, GIT_INDEX_FILE=index)
        for name, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            blob = here.git("hash-object", "-w", "--stdin", stdin=raw)
            here.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", GIT_INDEX_FILE=index)
        commit = here.git("commit-tree", here.git("write-tree", GIT_INDEX_FILE=index), "-p", parent, "-m", message)
        here.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    @property
    def attempts(self) -> list[tuple[str, str, str]]:
        """What pushes tried: the old and the new commit, and the ref."""
        file = self.path / "attempts"
        rows = file.read_text().splitlines() if file.exists() else []
        return [(old, new, ref) for old, new, ref in (row.split(" ") for row in rows)]

    def is_unforced(self) -> bool:
        """Whether no push tried to delete a ref or to move one to what does not follow from it."""
        return all(self._follows(old, new) for old, new, _ in self.attempts)

    def _follows(self, old: str, new: str) -> bool:
        if not old.strip("0"):
            return bool(new.strip("0"))
        command = ("git", "merge-base", "--is-ancestor", old, new)
        return subprocess.run(command, cwd=self.path, capture_output=True, check=False).returncode in (0, 128)


@dataclass
class GitHttp:
    """Serves the repositories below *root*; a mix-in of servers that answer other paths as well.

    ``users`` are the names by their passwords, and who has none is asked for one. ``readers`` may not push.
    ``faults`` are statuses that the next pushes are answered with, before (positive) or after (negative) they
    happened. ``before_listing`` is called once, before the next push sees the branches, and ``before_push`` when it has
    seen them and has not sent its commit.
    """

    root: Path
    users: dict[str, str] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)
    faults: list[int] = field(default_factory=list)
    before_listing: Callable[[], object] | None = None
    before_push: Callable[[], object] | None = None

    def user(self, header: str) -> str:
        """Whose password the header ``Authorization`` holds; empty for nobody's."""
        try:
            pair = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
        except ValueError:
            return ""
        return self.users.get(pair.partition(":")[2], "")

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request of git."""
        body = read_body(handler)
        user = self.user(handler.headers.get("Authorization", ""))
        is_push = "git-receive-pack" in handler.path
        if self.users and not user:
            challenge = ("WWW-Authenticate", 'Basic realm="git"')
            send(handler, 401, b"HTTP Basic: Access denied\n", (("Content-Type", "text/plain"), challenge))
        elif is_push and user in self.readers:
            denied = f"Permission to this repository denied to {user}.\n".encode()
            send(handler, 403, denied, (("Content-Type", "text/plain"),))
        elif handler.command == "POST" and is_push:
            self._push(handler, body, user)
        else:
            if is_push and (action := self.before_listing):
                self.before_listing = None
                action()
            self._answer(handler, body, user)

    def _push(self, handler: BaseHTTPRequestHandler, body: bytes, user: str) -> None:
        action, self.before_push = self.before_push, None
        if action:
            action()
        fault = self.faults.pop(0) if self.faults else 0
        if fault < 0:
            self._backend(handler, body, user)
        if fault:
            send(handler, abs(fault), b"", ())
        else:
            self._answer(handler, body, user)

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes, user: str) -> None:
        answer = self._backend(handler, body, user)
        send(handler, answer.status, answer.body, answer.headers)

    def _backend(self, handler: BaseHTTPRequestHandler, body: bytes, user: str) -> GitAnswer:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        return ask_git(self.root, GitRequest(handler.command, handler.path, headers, body, user))


@dataclass(frozen=True)
class GitRequest:
    """A request of git's for *path*, made by *user*; the names of *headers* are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    user: str = ""
    may_change_workflows: bool = False


@dataclass(frozen=True)
class GitAnswer:
    """What git answers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def ask_git(root: Path, request: GitRequest) -> GitAnswer:
    """What `git http-backend` answers to *request* about the repositories below *root*, or about *root* itself."""
    path, _, query = request.path.partition("?")
    said = {
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "HTTP_GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "FORGE_WORKFLOWS": "1" if request.may_change_workflows else "",
    }
    environment = {
        **_ENVIRONMENT,
        **{name: value for name, value in said.items() if value},
        "GIT_PROJECT_ROOT": str(root),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": request.method,
        "CONTENT_LENGTH": str(len(request.body)),
        "REMOTE_USER": request.user or "anonymous",
    }
    command = ("git", "-c", "safe.directory=*", "http-backend")
    done = subprocess.run(command, env=environment, input=request.body, capture_output=True, timeout=60, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
    status = int(headers.pop("Status", "200").split(" ")[0])
    return GitAnswer(status, tuple(headers.items()), content)


def read_body(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, also where it comes in chunks, as git sends what is larger than a megabyte."""
    if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = bytearray()
    while size := int(handler.rfile.readline().split(b";")[0] or b"0", 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass  # headers that come after the body
    return bytes(body)


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    """Send a whole answer, and close the connection."""
    handler.close_connection = True
    handler.send_response(status)
    for name, value in (*headers, ("Content-Length", str(len(body))), ("Connection", "close")):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


class QuietServer(ThreadingHTTPServer):
    """A server on a free port of loopback that is closed with all its threads and says nothing."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: a client that hangs up in the middle is what many tests are about."""


class QuietHandler(BaseHTTPRequestHandler):
    """A handler that prints nothing: tests look at what goes to standard error."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
        """Print nothing."""


class GitServer(QuietServer):
    """A host of nothing but git; use it as a context manager."""

    def __init__(self, root: Path, **users: str) -> None:
        """Serve *root* to *users*, each with a password."""
        super().__init__(_GitHandler)
        self.git = GitHttp(root, {password: name for name, password in users.items()})


class _GitHandler(QuietHandler):
    server: GitServer

    def do_GET(self) -> None:
        self.server.git.serve(self)

    def do_POST(self) -> None:
        self.server.git.serve(self)
