"""AC-142: the endpoint's certificate is nobody's, and the environment asks not to look at certificates."""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.attacks.case import Attack, UnavailableError
from bench.attacks.oracles import CHANGED, REACHED, READ
from bench.attacks.stages.models import HONEST, Scene, Seen
from tests.servers.chat import ChatServer, Received

HEARD = "an endpoint without a trusted certificate heard the question"


def _certificate(folder: Path) -> Path:
    """A certificate for loopback that its owner signed, with its key in the same file."""
    made = folder / "certificate.pem"
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1")
    files = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made), "-out", str(folder / "part.pem"))
    try:
        subprocess.run((*command, *files), check=True, capture_output=True)
    except FileNotFoundError:
        raise UnavailableError("openssl is not installed, so that no certificate can be made") from None
    made.write_text(made.read_text() + (folder / "part.pem").read_text())
    return made


@contextlib.contextmanager
def _served(certificate: Path) -> Iterator[ChatServer]:
    """The scripted endpoint over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ChatServer(tls=context) as server:
        yield server


@contextlib.contextmanager
def _variables(**values: str) -> Iterator[None]:
    """Variables of our own environment, where the client's libraries look."""
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


def _ended(scene: Scene, variables: dict[str, str]) -> tuple[str, list[Received]]:
    certificate = _certificate(scene.folder)
    names = {name: value.format(certificate) for name, value in variables.items()}
    with _served(certificate) as server, _variables(**names):
        scene.server = server
        document = scene.fix(always=HONEST)
    return str(document["outcome"]), server.requests


def _attempt(scene: Scene) -> Seen:
    outcome, heard = _ended(scene, {"SSL_VERIFY": "False", "PYTHONHTTPSVERIFY": "0", "CURL_CA_BUNDLE": ""})
    return Seen(outcome, (HEARD,) if heard else ())


ATTACK = Attack(
    id="AC-142",
    stage="model",
    what="the endpoint's certificate is nobody's, and the environment asks not to look at certificates",
    forbidden=(HEARD, READ, CHANGED, REACHED),
    promised="model_unavailable",
    attempt=_attempt,
    twin=lambda scene: _ended(scene, {"SSL_CERT_FILE": "{}"})[0] == "fixed",
)
