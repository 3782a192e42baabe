"""The edge to a forge's API, against a real server on loopback that limits, breaks, redirects and lies."""

from __future__ import annotations

import gzip
import json
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import pytest

from agent_ci.core.outcome import Outcome
from agent_ci.errors import ForgeUnavailableError, NotAllowedError
from agent_ci.http.answers import Answer, MissingError, RejectedError
from agent_ci.http.api import Api, Timing, path_of
from agent_ci.http.exchange import BrokenError, Request, exchange
from tests.servers.chat import ChatServer, Received, Step, cut, html, redirects

TOKEN = "ghs_canary31f0c2"  # noqa: S105 - nobody's
NOW = 1_800_000_000.0


@dataclass
class Time:
    """A clock that moves when somebody sleeps, and by nothing else."""

    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds

    def timing(self) -> Timing:
        return Timing(lambda: self.passed, lambda: NOW + self.passed, self.sleep, lambda low, _high: low)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A certificate that its owner signed, and nobody else."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    names = (
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    )
    command = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run([*command, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def api(server: ChatServer, passing: Time | None = None, *, seconds: float = 600) -> Api:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-GitHub-Api-Version": "2022-11-28"}
    timing = (passing or Time()).timing()
    return Api(server.url, headers, seconds, graphql=f"{server.url}/graphql", timing=timing)


def says(body: object, status: int = 200, **headers: str) -> Step:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Step(json.dumps(body).encode(), status=status, headers=named)


def limited(status: int = 403, message: str = "no", **headers: str) -> Step:
    return says({"message": message}, status, **headers)


def test_a_question_carries_the_token_and_the_version_and_its_answer_is_json(server: ChatServer) -> None:
    server.play(says({"id": 7}))
    answer = api(server).get(path_of("repos", "a b", "c/d"), state="open", page=None)
    assert (answer.status, answer.item) == (200, {"id": 7})
    [seen] = server.requests
    assert (seen.method, seen.path) == ("GET", "/v1/repos/a%20b/c%2Fd?state=open")
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("parts", [("repos", ".."), ("repos", ""), ("repos", ".")])
def test_no_name_leads_out_of_the_path(parts: tuple[str, ...]) -> None:
    with pytest.raises(ForgeUnavailableError, match="no address"):
        path_of(*parts)


WAITS = {
    "a limit that names the seconds": (limited(429, Retry_After="7"), 7.0),
    "a secondary limit": (limited(403, Retry_After="9"), 9.0),
    "a limit until a date": (limited(429, Retry_After=formatdate(NOW + 30, usegmt=True)), 30.0),
    "a limit that is used up": (limited(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(NOW) + 20)), 21.0),
    "GitLab's limit": (limited(429, RateLimit_Reset=str(int(NOW) + 20)), 21.0),
    "a limit in words": (limited(403, "You have exceeded a secondary rate limit"), 60.0),
    "a server that is down": (limited(502), 0.0),
    "a server that is down and says how long": (limited(503, Retry_After="3"), 3.0),
    "a connection that is cut": (cut(says({"id": 7}), 3), 0.0),
    "a hang-up": (Step(status=0), 0.0),
    "a broken gzip": (Step(b"\x1f\x8bno", headers=(("Content-Encoding", "gzip"),)), 0.0),
}


@pytest.mark.parametrize(("trouble", "wait"), WAITS.values(), ids=list(WAITS))
def test_a_question_waits_as_it_is_told_and_is_asked_again(server: ChatServer, trouble: Step, wait: float) -> None:
    passing = Time()
    server.play(trouble, says([1]))
    assert api(server, passing).get("/x").body == [1]
    assert passing.slept == [pytest.approx(wait, abs=1)]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (limited(429, Retry_After="700"), "more than is left"),
        (limited(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(NOW) + 3600)), "more than is left"),
        (limited(502), "6 times"),
        (Step(status=0), "6 times"),
    ],
)
def test_waiting_ends_with_the_deadline_and_the_count(server: ChatServer, trouble: Step, reason: str) -> None:
    server.play(always=trouble)
    with pytest.raises(ForgeUnavailableError, match=reason) as raised:
        api(server).get("/x")
    assert raised.value.outcome is Outcome.FORGE_UNAVAILABLE
    assert len(server.requests) <= 6


ERRORS: dict[str, tuple[Step, type[Exception], str]] = {
    "401": (limited(401, f"Bad credentials {TOKEN}"), ForgeUnavailableError, "give a valid one"),
    "403": (
        limited(403, "Resource not accessible", X_Accepted_GitHub_Permissions="contents=write,workflows=write"),
        NotAllowedError,
        "add to the job's `permissions`: contents: write, workflows: write",
    ),
    "403 with a hostile permission": (
        limited(403, "no", X_Accepted_GitHub_Permissions="`; rm"),
        NotAllowedError,
        "give it the right that this needs",
    ),
    "403 of single sign-on": (limited(403, "no", X_GitHub_SSO="required; url=x"), NotAllowedError, "single sign-on"),
    "403 of GitLab": (says({"error": "insufficient_scope", "scope": "api"}, 403), NotAllowedError, "scope api"),
    "404": (limited(404, "Not Found"), MissingError, "nothing at GET /x"),
    "410": (limited(410), MissingError, "410"),
    "409": (limited(409, "conflict"), RejectedError, "conflict"),
    "422": (says({"message": "Failed", "errors": [{"message": "exists"}]}, 422), RejectedError, "Failed; exists"),
    "a web page": (html(), ForgeUnavailableError, "no JSON"),
    "another host": (redirects("http://127.0.0.2:9/x"), ForgeUnavailableError, "another host"),
    "another host by its name": (redirects("//example.org/x"), ForgeUnavailableError, "another host"),
    "another port": (redirects("http://127.0.0.1:9/x"), ForgeUnavailableError, "another host"),
    "a file": (redirects("file:///etc/passwd"), ForgeUnavailableError, "another host"),
    "a number too long": (Step(b"9" * 5000), ForgeUnavailableError, "no JSON"),
    "deep nesting": (Step(b"[" * 200_000), ForgeUnavailableError, "no JSON"),
}


@pytest.mark.parametrize(("trouble", "kind", "reason"), ERRORS.values(), ids=list(ERRORS))
def test_what_cannot_be_repaired_by_waiting_is_an_error_at_once(
    server: ChatServer, trouble: Step, kind: type[Exception], reason: str
) -> None:
    server.play(trouble)
    with pytest.raises(kind, match="(?s)" + reason.replace("(", r"\(")) as raised:
        api(server).get("/x")
    assert type(raised.value) is kind
    assert TOKEN not in str(raised.value)
    assert len(server.requests) == 1


def test_redirects_on_the_same_host_are_followed_and_not_for_ever(server: ChatServer) -> None:
    server.play(redirects("/v1/new", 301), says([1]))
    assert api(server).get("/old").body == [1]
    assert [seen.path for seen in server.requests] == ["/v1/old", "/v1/new"]
    server.play(always=redirects("/v1/old", 301))
    with pytest.raises(ForgeUnavailableError, match="from one redirect to the next"):
        api(server).get("/old")


def test_a_write_goes_on_only_where_its_method_is_kept(server: ChatServer) -> None:
    server.play(redirects("/v1/new", 307), says({}, 201))
    api(server).send("POST", "/old", {"a": 1})
    assert [(seen.method, seen.json) for seen in server.requests] == [("POST", {"a": 1})] * 2
    server.play(redirects("/v1/new", 302))
    with pytest.raises(RejectedError):
        api(server).send("POST", "/old", {"a": 1})


def test_more_than_the_cap_is_not_read_however_it_is_packed(server: ChatServer) -> None:
    bomb = gzip.compress(b"[" + b" " * 300_000_000 + b"]", compresslevel=1)
    server.play(Step(bomb, headers=(("Content-Encoding", "gzip"),)))
    with pytest.raises(ForgeUnavailableError, match="larger than 20000000 bytes"):
        api(server).get("/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        Step(b"[1]", headers=tuple((f"X-{index}", "v") for index in range(300))),
        Step(b"[1]", headers=(("X-Long", "v" * 200_000),)),
    ],
)
def test_huge_headers_are_no_answer(server: ChatServer, step: Step) -> None:
    server.play(step, says([2]))
    assert api(server).get("/x").body == [2]


@pytest.mark.parametrize("step", [Step(b"[1]" + b" " * 100, pace=0.05), Step(b"[1]", pace=0.05, trickles_headers=True)])
def test_a_server_that_trickles_is_left_in_time(server: ChatServer, step: Step) -> None:
    server.play(always=step)
    begun = time.monotonic()
    with pytest.raises(BrokenError, match="no complete answer"):
        exchange(Request("GET", server.url, {}), seconds=0.3, cap=1000)
    assert time.monotonic() - begun < 1.5


def test_a_password_file_of_the_user_is_not_sent(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password swordfish\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.play(says([]), says([]))
    exchange(Request("GET", server.url, {}), seconds=5, cap=100)
    api(server).get("/x")
    assert [seen.headers.get("authorization") for seen in server.requests] == [None, f"Bearer {TOKEN}"]


def test_a_certificate_that_nobody_vouches_for_ends_the_talk(tls: ssl.SSLContext) -> None:
    with ChatServer(tls) as server, pytest.raises(ForgeUnavailableError, match="certificate is not trusted"):
        api(server).get("/x")
    assert server.requests == []


@pytest.mark.parametrize("token", ["a\nX-Evil: 1", "täst", "a\x00"])
def test_a_token_with_characters_that_no_token_has_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ForgeUnavailableError, match="header Authorization") as raised:
        Api("https://api.example.org", {"Authorization": token}, 1)
    assert token not in str(raised.value)


def test_nobody_there_is_said_as_such() -> None:
    with pytest.raises(ForgeUnavailableError, match="no connection could be made"):
        Api("http://127.0.0.1:9", {}, 60, timing=Time().timing()).send("POST", "/x", {})


def pages(server: ChatServer, total: int, *, by: str = "link") -> Callable[[Received], Step]:
    def page(received: Received) -> Step:
        number = int(received.path.rpartition("page=")[2]) if "&page=" in received.path else 1
        rows = [{"id": number * 1000 + index} for index in range(100)]
        if number >= total:
            return says(rows)
        if by == "link":
            return says(rows, Link=f'<{server.url}/x?per_page=100&page={number + 1}>; rel="next", <x>; rel="last"')
        return says(rows, X_Next_Page=str(number + 1))

    return page


@pytest.mark.parametrize("by", ["link", "number"])
def test_all_pages_of_a_list_are_read(server: ChatServer, by: str) -> None:
    server.play(always=pages(server, 3, by=by))
    found, is_cut = api(server).items("/x")
    assert (len(found), len({row["id"] for row in found}), is_cut) == (300, 300, False)


def test_a_list_of_ten_thousand_is_cut_and_says_so(server: ChatServer) -> None:
    server.play(always=pages(server, 100))
    found, is_cut = api(server).items("/x", limit=500)
    assert (len(found), is_cut, len(server.requests)) == (500, True, 6)


def test_pages_that_lead_to_each_other_end(server: ChatServer) -> None:
    server.play(always=says([{"id": 1}], Link=f'<{server.url}/x?per_page=100>; rel="next"'))
    assert api(server).items("/x") == (({"id": 1},), True)


def test_pages_without_rows_end_too(server: ChatServer) -> None:
    def endless(received: Received) -> Step:
        number = int(received.path.rpartition("=")[2]) + 1
        return says([], Link=f'<{server.url}/x?page={number}>; rel="next"')

    server.play(always=endless)
    assert api(server).items("/x") == ((), True)
    assert len(server.requests) == 100


def test_the_next_page_is_never_another_hosts(server: ChatServer) -> None:
    server.play(says([], Link='<http://127.0.0.2:9/x>; rel="next"'))
    with pytest.raises(ForgeUnavailableError, match="another host"):
        api(server).items("/x")


@pytest.mark.parametrize("trouble", [limited(500), cut(says({"id": 1}, 201), 2), Step(status=0)])
def test_a_write_whose_answer_was_lost_is_looked_for_before_it_is_repeated(server: ChatServer, trouble: Step) -> None:
    happened = Answer(200, {}, {"id": 5})
    server.play(trouble)
    assert api(server).send("POST", "/x", {}, read_back=lambda: happened) is happened
    assert len(server.requests) == 1
    server.play(trouble, says({"id": 6}, 201))
    assert api(server).send("POST", "/x", {}, read_back=lambda: None).item == {"id": 6}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_that_cannot_be_looked_for_is_not_repeated(server: ChatServer, method: str) -> None:
    server.play(Step(status=0), says({}))
    with pytest.raises(ForgeUnavailableError, match="whether it happened is not known"):
        api(server).send(method, "/x", {})
    assert len(server.requests) == 1


def test_a_write_that_was_limited_did_not_happen_and_is_repeated(server: ChatServer) -> None:
    server.play(limited(403, Retry_After="2"), says({"id": 1}, 201))
    assert api(server).send("POST", "/x", {}).item == {"id": 1}


def test_writes_are_a_second_apart_and_questions_are_not(server: ChatServer) -> None:
    passing = Time()
    server.play(always=says({}))
    one = api(server, passing)
    for _ in range(3):
        one.send("PATCH", "/x", {})
        one.get("/x")
    assert passing.slept == [1.0, 1.0]


def test_graphql_gives_the_data(server: ChatServer) -> None:
    server.play(says({"data": {"a": 1}}))
    assert api(server).graphql("query { a }", {"n": 1}) == {"a": 1}
    assert server.requests[0].json == {"query": "query { a }", "variables": {"n": 1}}


def test_errors_of_graphql_are_errors_although_the_status_is_200(server: ChatServer) -> None:
    server.play(says({"data": None, "errors": [{"type": "STALE_DATA", "message": "Expected branch to point to"}]}))
    with pytest.raises(RejectedError, match="Expected branch") as raised:
        api(server).graphql("mutation { a }", {})
    assert raised.value.kinds == ("STALE_DATA",)
    server.play(says({"errors": [{"message": "Parse error"}]}))
    with pytest.raises(RejectedError, match="Parse error"):
        api(server).graphql("query { a }", {})
    server.play(says({"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}))
    with pytest.raises(NotAllowedError, match="contents: write"):
        api(server).graphql("mutation { a }", {})


def test_a_mutation_that_broke_in_the_middle_is_looked_for(server: ChatServer) -> None:
    broken = says({"errors": [{"message": "Something went wrong while executing your query"}]})
    happened = Answer(200, {}, {"data": {"id": 5}})
    server.play(broken)
    assert api(server).graphql("mutation { a }", {}, read_back=lambda: happened) == {"id": 5}
    server.play(says({"errors": [{"type": "RATE_LIMITED", "message": "limit"}]}), says({"data": {"id": 6}}))
    assert api(server).graphql("mutation { a }", {}) == {"id": 6}


def test_a_stored_file_is_fetched_from_elsewhere_without_the_token(server: ChatServer) -> None:
    with ChatServer() as store:
        server.play(redirects(f"{store.url}/log?sig=1", 302))
        store.play(Step(b"the log", content_type="text/plain"))
        assert api(server).download("/logs", limit=100) == b"the log"
        assert "authorization" not in store.requests[0].headers
        server.play(redirects(f"{store.url}/log?sig=1", 302))
        store.play(Step(b"the log" * 100, content_type="text/plain"))
        with pytest.raises(ForgeUnavailableError, match="larger"):
            api(server).download("/logs", limit=100)


def test_a_stored_file_is_not_fetched_over_a_connection_without_encryption(
    tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    with ChatServer(tls) as secure, ChatServer() as store:
        secure.play(redirects(f"{store.url}/log", 302))
        with pytest.raises(ForgeUnavailableError, match="without encryption"):
            api(secure).download("/logs", limit=100)
        assert store.requests == []
