"""Nothing that a checkout names is ever run: a tripwire for each way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.errors import UnsupportedError
from tests.checkouts import Checkout, fixed, read_everything, with_a_submodule


def script(tmp_path: Path) -> str:
    path = tmp_path / "trip.sh"
    path.write_text(f'#!/bin/sh\ntouch "{tmp_path}/PWNED"\nexec cat\n')
    path.chmod(0o755)
    return str(path)


def hooks(checkout: Checkout, trip: str) -> None:
    names = (
        "post-index-change", "reference-transaction", "pre-commit", "commit-msg", "prepare-commit-msg", "post-commit",
        "pre-merge-commit", "post-merge", "post-checkout", "pre-auto-gc", "post-rewrite", "post-applypatch",
        "pre-applypatch", "applypatch-msg", "fsmonitor-watchman", "push-to-checkout", "update", "pre-receive",
    )  # fmt: skip
    for name in names:
        (checkout.root / ".git/hooks" / name).write_bytes(Path(trip).read_bytes())
        (checkout.root / ".git/hooks" / name).chmod(0o755)


def hooks_path(checkout: Checkout, trip: str) -> None:
    hooks(checkout, trip)
    (checkout.root / ".git/hooks").rename(checkout.root / ".git/other")
    checkout.git("config", "core.hooksPath", ".git/other")


def fsmonitor(checkout: Checkout, trip: str) -> None:
    checkout.git("config", "core.fsmonitor", trip)


def filters(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py filter=x.=y diff=x merge=x\n*.txt filter=long\n"})
    for kind in ("clean", "smudge"):
        checkout.git("config", f"filter.x.=y.{kind}", trip)
    checkout.git("config", "filter.long.process", trip)
    checkout.git("config", "filter.long.required", "true")


def filters_by_include(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py filter=x\n"})
    checkout.write({".git/more": f'[filter "x"]\n\tclean = {trip}\n\tsmudge = {trip}\n[core]\n\tfsmonitor = {trip}\n'})
    checkout.git("config", "include.path", "more")


def filters_by_attributes_beside_the_files(checkout: Checkout, trip: str) -> None:
    filters(checkout, trip)
    checkout.write({".git/info/attributes": "* filter=x.=y diff=x merge=x\n", ".git/own": "* filter=x.=y\n"})
    checkout.git("config", "core.attributesFile", str(checkout.root / ".git/own"))


def diff_programs(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py diff=x\n"})
    checkout.git("config", "diff.external", trip)
    checkout.git("config", "diff.x.command", trip)
    checkout.git("config", "diff.x.textconv", trip)


def merge_programs(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py merge=x\n"})
    checkout.git("config", "merge.x.driver", trip)
    checkout.git("config", "branch.main.mergeOptions", "--no-ff")
    checkout.git("config", "merge.autoStash", "true")


def signing(checkout: Checkout, trip: str) -> None:
    for name in ("commit.gpgSign", "tag.gpgSign", "log.showSignature", "merge.verifySignatures"):
        checkout.git("config", name, "true")
    checkout.git("config", "gpg.program", trip)


def outside_world(checkout: Checkout, trip: str) -> None:
    for name in ("core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"):
        checkout.git("config", name, trip)
    checkout.git("config", "credential.helper", f"!{trip}")
    checkout.git("config", "protocol.ext.allow", "always")
    checkout.git("config", f"url.ext::{trip} .insteadOf", "/")
    checkout.git("config", "core.alternateRefsCommand", trip)
    checkout.git("config", "alias.rev-parse", f"!{trip}")


def promised_objects(checkout: Checkout, trip: str) -> None:
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"file://{checkout.root}"),
        ("remote.origin.uploadpack", trip),
    ):
        checkout.git("config", name, value)


def submodule_with_programs(checkout: Checkout, trip: str) -> None:
    with_a_submodule(checkout)
    inner = Checkout(checkout.root / "sub")
    inner.commit({".gitattributes": "* filter=x\n"})
    inner.write({"inner.txt": "dirty"})
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "diff.external"):
        inner.git("config", name, trip)
    for name in ("submodule.recurse", "status.submoduleSummary"):
        checkout.git("config", name, "true")
    checkout.git("config", "diff.ignoreSubmodules", "none")
    checkout.git("config", "submodule.sub.update", f"!{trip}")
    checkout.git("config", "fetch.recurseSubmodules", "true")


def embedded_bare_repository(checkout: Checkout, trip: str) -> None:
    bare = checkout.root / "inner"
    checkout.git("init", "--quiet", "--bare", str(bare))
    (bare / "config").write_text(f"[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = {trip}\n")


def embedded_repository(checkout: Checkout, trip: str) -> None:
    inner = Checkout.at(checkout.root / "inner")
    inner.commit({".gitattributes": "* filter=x\n", "x.txt": "x"})
    inner.git("config", "core.fsmonitor", trip)
    inner.git("config", "filter.x.clean", trip)
    inner.write({"x.txt": "dirty"})


TRAPS = [
    hooks,
    hooks_path,
    fsmonitor,
    filters,
    filters_by_include,
    filters_by_attributes_beside_the_files,
    diff_programs,
    merge_programs,
    signing,
    outside_world,
    promised_objects,
    submodule_with_programs,
    embedded_bare_repository,
    embedded_repository,
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_nothing_that_a_checkout_names_is_ever_run(
    checkout: Checkout, tmp_path: Path, trap: Callable[[Checkout, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    trip = script(tmp_path)
    trap(checkout, trip)
    (tmp_path / "PWNED").unlink(missing_ok=True)
    checkout.write({"b.py": "b = 'in work'\n"})
    os.utime(checkout.root / "a.py", (1, 1))  # its stored size and time are of no use: git must read the file
    for name in ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PAGER", "GIT_EDITOR", "GIT_ASKPASS"):
        monkeypatch.setenv(name, trip)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", trip)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    folder = checkout.root / "inner" if (checkout.root / "inner/HEAD").exists() else checkout.root
    repository = Repository(checkout.root) if folder != checkout.root else Repository.at(folder)
    read_everything(repository, tmp_path / "out")
    with Clone.of(repository) as clone:
        commit = fixed(clone, repository, {"a.py": b"a = 2\n", "new.txt": b"new\n"})
        repository.fast_forward(clone, commit, expected=repository.head())
    assert not (tmp_path / "PWNED").exists()
    assert (checkout.root / "a.py").read_text() == "a = 2\n"


def test_an_embedded_bare_repository_is_not_taken_for_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    embedded_bare_repository(checkout, script(tmp_path))
    with pytest.raises(UnsupportedError, match="cannot use bare repository"):
        Repository.at(checkout.root / "inner")
    assert not (tmp_path / "PWNED").exists()
