"""A checkout names a program that is given passwords."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN, READ
from bench.attacks.stages.git import REFUSED, Scene, Tampered, fetching, setting


class _Asks(BaseHTTPRequestHandler):
    """A server that lets nobody in without a password."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


def _asked(scene: Scene) -> str:
    with HTTPServer(("127.0.0.1", 0), _Asks) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return fetching(f"http://127.0.0.1:{server.server_port}/x.git")(scene)
        finally:
            server.shutdown()


ATTACK = Attack(
    "AC-71",
    "git",
    "credential.helper, where a server asks for one",
    forbidden=(
        RAN,
        READ,
    ),
    promised=REFUSED,
    attempt=Tampered(
        setting(("credential.helper", "!{trip}"), ("core.askPass", "{trip}")),
        act=_asked,
        live=("credential", "fill"),
    ),
    twin=Tampered(act=fetching("file://{root}")),
)
