"""Changes that cannot be, are none, or do not help; and what can go wrong while they are proven and delivered."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci.core.outcome import Outcome
from bench.repositories import git
from tests.faults.lab import CANARY, Cell, Elsewhere, End, Lab, Stage
from tests.faults.signals import Stopped, stopped_in
from tests.red import GOOD, WRONG

_REVERSED = GOOD.replace("-    return a - b\n+    return a + b", "-    return a + b\n+    return a - b")
_OTHER_FILE = GOOD.replace("calc.py", "other.py")
_NO_OP = GOOD.replace("+    return a + b", "+    return a - b")


def _on_red(line: str) -> str:
    """Tests that end with *line* once the change is there."""
    return f"if grep -q 'a + b' calc.py; then {line}; fi\n"


@dataclass(frozen=True)
class Offered:
    """A run that is offered *replies*; *against* is in what was said against the last."""

    replies: tuple[str, ...]
    against: str = ""
    attempts: int = 1
    suite: str = ""
    time_limit: float = 30.0

    def __call__(self, lab: Lab) -> End:
        red = lab.red()
        if self.suite:
            red.commit({"check.sh": self.suite + (red.path / "check.sh").read_text(encoding="utf-8")})
        end = lab.here(red, *self.replies, time_limit=self.time_limit)
        assert self.against in end.objections
        assert len(end.document["attempts"]) == self.attempts
        return end


def _moved_on(lab: Lab) -> End:
    """The branch gets another commit while the change is proven."""
    red = lab.red()
    red.commit(
        {"check.sh": (red.path / "check.sh").read_text(encoding="utf-8") + _on_red(f"cd {red.path} && {_COMMIT}")}
    )
    before = git(red.path, "rev-parse", "HEAD")
    end = lab.here(red, GOOD, deliver="commit")
    assert git(red.path, "rev-parse", "HEAD~2") == before
    assert git(red.path, "show", "--format=%s", "--name-only", "HEAD~1").split() == ["meanwhile", "meanwhile"]
    return end


_COMMIT = (
    "{ test -e meanwhile || { touch meanwhile && git add meanwhile && "
    "git -c user.name=t -c user.email=t@example.org commit -q -m meanwhile; }; }"
)


def _two_runs(lab: Lab) -> End:
    """The first stops just before it moves the branch, where the second overtakes it."""
    red = lab.red()
    stopped = Stopped(Stage.DELIVER, ())
    other = Lab(lab.scratch / "second", lab.server)
    other.tmp.mkdir(parents=True)

    def overtake(_process: subprocess.Popen[bytes]) -> None:
        stopped_in(lab, Stage.DELIVER)
        overtaking = other.apart(red, "--deliver", "commit")
        assert overtaking.document["outcome"] == Outcome.DELIVERED

    environment = {**stopped.environment(lab), "STOP_SECONDS": "6"}
    end = lab.apart(red, "--deliver", "commit", environment=environment, during=overtake)
    assert git(red.path, "status", "--porcelain") == ""
    assert "return a + b" in (red.path / "calc.py").read_text(encoding="utf-8")
    return replace(end, changed=False)


def _in_the_way(lab: Lab) -> End:
    red = lab.red()
    mine = "# half-done work\n" + (red.path / "calc.py").read_text(encoding="utf-8")
    (red.path / "calc.py").write_text(mine, encoding="utf-8")
    return lab.here(red, GOOD, deliver="commit")


def _index_locked(lab: Lab) -> End:
    red = lab.red()
    (red.path / ".git" / "index.lock").touch()
    return lab.here(red, GOOD, deliver="commit")


def _locked_meanwhile(lab: Lab) -> End:
    """Another git begins to write the index after the branch was found to be movable."""
    red = lab.red()
    before = git(red.path, "rev-parse", "HEAD")
    stopped = Stopped(Stage.DELIVER, ())

    def lock(_process: subprocess.Popen[bytes]) -> None:
        stopped_in(lab, Stage.DELIVER)
        (red.path / ".git" / "index.lock").touch()

    environment = {**stopped.environment(lab), "STOP_SECONDS": "1"}
    end = lab.apart(red, "--deliver", "commit", environment=environment, during=lock)
    (red.path / ".git" / "index.lock").unlink()
    assert (git(red.path, "rev-parse", "HEAD"), git(red.path, "status", "--porcelain")) == (before, "")
    return replace(end, changed=False)  # the objects and the log of the branch hold what was tried


def _no_branch(lab: Lab) -> End:
    red = lab.red()
    git(red.path, "checkout", "-q", "--detach")
    return lab.here(red, GOOD, deliver="commit")


def _secret(lab: Lab) -> End:
    leaking = GOOD.replace("+    return a + b", f'+    return a + b  # "{CANARY}"')
    end = lab.here(lab.red(), leaking)
    assert not (end.out / "fix.patch").exists()
    return end


def _foreign_memory(content: bytes) -> Cell:
    def meet(lab: Lab) -> End:
        lab.out.mkdir()
        Path(lab.out, "memory.jsonl").write_bytes(content)
        end = lab.here(lab.red(), GOOD, proposer=("known", "replay"))
        assert end.document["attempts"][-1]["proposer"] == "replay"
        return end

    name = "memory.jsonl is cut" if content.endswith(b'"') else "memory.jsonl is of something else"
    return Cell(Stage.PROPOSE, name, Outcome.FIXED, meet, "an empty memory")


CELLS = (
    Cell(Stage.PROPOSE, "change: of a file that is not there", Outcome.NO_FIX, Offered((_OTHER_FILE,), "other.py")),
    Cell(Stage.PROPOSE, "change: made already", Outcome.NO_FIX, Offered((_REVERSED,), "calc.py")),
    Cell(Stage.PROPOSE, "change: changes nothing", Outcome.NO_FIX, Offered((_NO_OP,), "nothing")),
    Cell(Stage.PROPOSE, "change: cut in the middle", Outcome.NO_FIX, Offered((GOOD[:70],))),
    Cell(Stage.PROPOSE, "change: binary rubbish", Outcome.NO_FIX, Offered(("\0\ud800\x1b[2J" * 50,))),
    Cell(Stage.PROPOSE, "change: the same wrong one twice", Outcome.NO_FIX,
         Offered((WRONG, WRONG), "this very change was tried before", 2), "not run a second time"),
    _foreign_memory(b'{"fingerprint": "'),
    _foreign_memory(b"\x7fELF\0\0"),
    Cell(Stage.PROVE, "the change does not help", Outcome.NO_FIX, Offered((WRONG,), "still red")),
    Cell(Stage.PROVE, "the tests hang with the change", Outcome.BUDGET_EXHAUSTED,
         Offered((GOOD,), "did not finish", suite=_on_red("sleep 60"), time_limit=6.0), "within the limit"),
    Cell(Stage.PROVE, "the tests are killed (137) with the change", Outcome.NO_FIX,
         Offered((GOOD,), "were killed", suite=_on_red("kill -9 $$")), "not read as a red test"),
    Cell(Stage.PROVE, "the tests crash (139) with the change", Outcome.NO_FIX,
         Offered((GOOD,), "were killed", suite=_on_red("kill -SEGV $$")), "not read as a red test"),
    Cell(Stage.PROVE, "no report with the change, exit code 0", Outcome.NO_FIX,
         Offered((GOOD,), "no report", suite=_on_red("exit 0")), "not green"),
    Cell(Stage.PROVE, "half a report with the change", Outcome.NO_FIX,
         Offered((GOOD,), suite=_on_red("echo '<testsuite><testcase' > report.xml; exit 0")), "not green"),
    Cell(Stage.DELIVER, "the branch moved on", Outcome.DELIVERED, _moved_on,
         "on top of what came meanwhile, where it is proven once more"),
    Cell(Stage.DELIVER, "another run delivers first", Outcome.NOTHING_TO_DO, _two_runs,
         "and the other's commit stands whole"),
    Cell(Stage.DELIVER, "half-done work in the file", Outcome.STALE, _in_the_way, "the patch is kept as a file"),
    Cell(Stage.DELIVER, "git's index is locked", Outcome.STALE, _index_locked, "the patch is kept as a file"),
    Cell(Stage.DELIVER, "git's index gets locked when the branch is moved", Outcome.STALE, _locked_meanwhile,
         "the branch is moved back"),
    Cell(Stage.DELIVER, "detached HEAD", Outcome.FORGE_UNAVAILABLE, _no_branch, "the patch is kept as a file"),
    Cell(Stage.DELIVER, "the change holds a secret of the job", Outcome.POLICY_REFUSED, _secret, "no patch is written"),
)  # fmt: skip
ELSEWHERE = (
    Elsewhere(Stage.DELIVER, "the branch moved on, and does so a second time", "`stale`; the patch is kept as a file",
              "test_rebasing.py::test_it_is_tried_once"),
    Elsewhere(Stage.DELIVER, "the branch moved on, and the change does not fit there", "`stale`; nothing is bent",
              "test_rebasing.py::test_a_change_that_does_not_apply_exactly_is_not_bent"),
    Elsewhere(Stage.DELIVER, "the branch's ref is locked", "`stale`; nothing is changed",
              "test_checkout.py::test_what_stands_in_the_way_is_stale_and_nothing_is_lost"),
    Elsewhere(Stage.PROPOSE, "memory: damaged line, link, no plain file", "an empty memory, and it works again",
              "test_memory.py::test_a_damaged_memory_is_empty_and_works_again"),
    Elsewhere(Stage.PROVE, "evidence that was changed, `verify`", "`no_fix`; names the part",
              "test_verification.py::test_a_flipped_byte_anywhere_is_noticed_and_named"),
)  # fmt: skip
