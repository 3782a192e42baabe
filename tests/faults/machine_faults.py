"""Machines that lack something: git, room on a disk, file descriptors, a home, a language, a time zone, litellm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.outcome import Outcome
from tests.faults.lab import FILES, Cell, Elsewhere, End, Lab, Stage
from tests.servers.chat import fails

_MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && "$@"; code=$?; exit $code'


@dataclass(frozen=True)
class Around:
    """A run with other variables, or started by other words."""

    environment: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    says: str = ""

    def __call__(self, lab: Lab) -> End:
        end = lab.apart(lab.red(), *self.options, around=self.words, environment=dict(self.environment))
        assert self.says in end.said
        return end


def _small_disk(size: str, folder: Callable[[Lab], Path], *, says: str = "", suite: str = "") -> Callable[[Lab], End]:
    """A run in a mount namespace of its own, where *folder* has room for *size*; *suite* is run before the tests."""

    def meet(lab: Lab) -> End:
        folder(lab).mkdir(exist_ok=True)
        around = ("unshare", "--mount", "sh", "-c", _MOUNT, "sh", size, str(folder(lab)))
        end = lab.apart(lab.red(check__sh=suite + FILES["check.sh"]), around=around)
        assert says in end.said
        return end

    return meet


def _read_only(lab: Lab) -> End:
    lab.out.mkdir()
    end = lab.apart(
        lab.red(),
        around=("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro tmpfs "$1" && shift && exec "$@"', "sh",
                str(lab.out)),
    )  # fmt: skip
    assert "name another folder" in end.said
    return end


def _only_python(lab: Lab) -> End:
    """A PATH that has a shell and no git."""
    programs = lab.scratch / "bin"
    programs.mkdir()
    (programs / "sh").symlink_to("/bin/sh")
    end = lab.apart(lab.red(), environment={"PATH": str(programs)})
    assert "install git" in end.said
    return end


def _linked_out(lab: Lab) -> End:
    red = lab.red()
    lab.out.symlink_to(red.path)
    end = lab.apart(red)
    assert "symbolic link" in end.said
    return end


def _model_behind_the_keeper(lab: Lab) -> End:
    """The whole program, with the key in the one process and the work in the other."""
    lab.server.play(always=fails(401))
    options = ("--proposer", "model", "--model", "scripted", "--api-base", lab.server.url)
    end = lab.apart(lab.red(), *options)
    assert "AGENT_CI_API_KEY" in end.said
    return end


CELLS = (
    Cell(Stage.CLONE, "no git on PATH", Outcome.INFRASTRUCTURE, _only_python, "says what to install"),
    Cell(Stage.CLONE, "64 open files", Outcome.FIXED, Around(words=("sh", "-c", 'ulimit -n 64; exec "$@"', "sh"))),
    Cell(Stage.CLONE, "HOME is empty", Outcome.FIXED, Around((("HOME", ""),))),
    Cell(Stage.CLONE, "HOME is nowhere", Outcome.FIXED, Around((("HOME", "/nonexistent"),))),
    Cell(Stage.CLONE, "LANG=C, ASCII only", Outcome.FIXED,
         Around((("LANG", "C"), ("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")))),
    Cell(Stage.CLONE, "a time zone that does not exist", Outcome.FIXED, Around((("TZ", "Mars/Olympus"),))),
    Cell(Stage.CLONE, "git's own variables point elsewhere", Outcome.FIXED,
         Around((("GIT_DIR", "/nonexistent"), ("GIT_INDEX_FILE", "/nonexistent"), ("GIT_WORK_TREE", "/")))),
    Cell(Stage.CLONE, "the disk for temporary files is full", Outcome.INFRASTRUCTURE,
         _small_disk("64k,nr_inodes=2", lambda lab: lab.tmp, says="No space left"), "says what is full",
         needs_root=True),
    Cell(Stage.REPRODUCE, "the tests fill the disk for temporary files", Outcome.UNSUPPORTED,
         _small_disk("512k", lambda lab: lab.tmp, suite="cat /dev/zero > zeros; sync\n"),
         "what is left of their report is not read as green", needs_root=True),
    Cell(Stage.SETTINGS, "no TMPDIR", Outcome.FIXED, Around((("TMPDIR", "/nonexistent"),)), "another is used"),
    Cell(Stage.SETTINGS, "an option that does not exist", Outcome.USAGE_ERROR, Around(options=("--repaet", "2")),
         "no files: it is not known where they go", writes=False),
    Cell(Stage.SETTINGS, "an option out of range", Outcome.USAGE_ERROR, Around(options=("--repeat", "0")),
         "no files", writes=False),
    Cell(Stage.SETTINGS, "--out on a read-only disk", Outcome.USAGE_ERROR, _read_only, "no files", writes=False,
         needs_root=True),
    Cell(Stage.SETTINGS, "--out is a link", Outcome.USAGE_ERROR, _linked_out, "no files; nothing is written through it",
         writes=False),
    Cell(Stage.WRITE, "--out gets full", Outcome.INFRASTRUCTURE,
         _small_disk("16k", lambda lab: lab.out, says="No space left"), "what there was room for", writes=False,
         needs_root=True),
    Cell(Stage.SANDBOX, "an isolation that cannot be had", Outcome.SANDBOX_UNAVAILABLE,
         Around(options=("--min-isolation", "container")), "ends before any code of the repository ran"),
    Cell(Stage.PROPOSE, "model: the key is not accepted, the whole program", Outcome.MODEL_UNAVAILABLE,
         _model_behind_the_keeper, "names the setting"),
)  # fmt: skip
ELSEWHERE = (
    Elsewhere(Stage.SANDBOX, "no user namespaces, no mounts, no bubblewrap", "the next tier down, or refused",
              "test_isolation.py::test_auto_takes_the_highest_tier_whose_probes_all_pass_and_says_why_not_a_higher_one"),
    Elsewhere(Stage.SANDBOX, "files of a killed run beside those of a living one", "only the former go away",
              "confine/test_folders.py"
              "::test_what_a_killed_run_left_is_removed_by_the_next_and_what_a_living_one_uses_is_not"),
    Elsewhere(Stage.WRITE, "a file that cannot be finished", "the old one stays",
              "test_artifacts.py::test_the_old_file_stays_when_the_new_one_cannot_be_finished"),
    Elsewhere(Stage.WRITE, "a link in the place of a file", "never written through",
              "test_artifacts.py::test_a_link_that_a_commit_left_is_never_written_through"),
    Elsewhere(Stage.REPRODUCE, "our own bug", "`internal_error`, with a report without secrets",
              "test_cli.py::test_our_own_bug_is_reported_as_ours_without_secrets"),
)  # fmt: skip
