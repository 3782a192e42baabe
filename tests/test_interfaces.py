"""Two commits are compared by reading them; what breaks is told with the change that did it, and nothing is run."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import pytest

from agent_ci import interfaces
from agent_ci.blame import makers
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.commits import Log
from agent_ci.core.notes.breaks import Break, Broken, Kind, grouped
from agent_ci.interfaces import Compared, compared
from tests.checkouts import Checkout

SHAPES = """\
class Base:
    pass


class Shape(Base):
    def __init__(self, size, colour=None):
        self.size = size


def draw(shape, *, scale=1, proxy=None):
    return shape


def erase(shape):
    return shape


LIMIT = 3
"""
EXPORTS = "from shapes._shapes import Shape, draw, erase, LIMIT\n__all__ = ['Shape', 'draw', 'erase', 'LIMIT']\n"
PACKAGE = {"shapes/__init__.py": EXPORTS, "shapes/_shapes.py": SHAPES}


def compare(checkout: Checkout, since: str, until: str) -> Compared:
    with Clone.of(Repository.at(checkout.root)) as clone:
        return compared(clone.directory, since, until)


def differing(root: Path, old: str, new: str, text: str = SHAPES) -> tuple[Break, ...]:
    """The breaks of the package when *old* is replaced by *new* in it."""
    assert old in text
    checkout = Checkout.at(root)
    since = checkout.commit({**PACKAGE, "shapes/_shapes.py": text})
    until = checkout.commit({"shapes/_shapes.py": text.replace(old, new)})
    found = compare(checkout, since, until)
    assert found.skipped == ()
    return found.breaks


@pytest.mark.parametrize(
    ("old", "new", "kind", "name", "parameter", "line"),
    [
        pytest.param(", proxy=None", "", Kind.PARAMETER_REMOVED, "shapes.draw", "proxy", 10, id="parameter removed"),
        pytest.param(
            "erase(shape)", "erase(shape, how)", Kind.PARAMETER_REQUIRED, "shapes.erase", "how", 14, id="added"
        ),
        pytest.param("colour=None", "colour", Kind.PARAMETER_REQUIRED, "shapes.Shape", "colour", 6, id="required"),
        pytest.param("Shape(Base)", "Shape", Kind.BASE_REMOVED, "shapes.Shape", "", 5, id="base removed"),
        pytest.param(
            "def erase(shape):\n    return shape", "erase = 1", Kind.OTHER_KIND, "shapes.erase", "", 14, id="kind"
        ),
        pytest.param("scale=1", "scale=2", Kind.OTHER_DEFAULT, "shapes.draw", "scale", 10, id="default"),
        pytest.param("size, colour=None", "colour=None, size=1", Kind.MOVED, "shapes.Shape", "size", 6, id="moved"),
    ],
)
def test_a_break_is_found_with_its_kind_its_public_name_and_its_line(  # noqa: PLR0913, PLR0917
    tmp_path: Path, old: str, new: str, kind: Kind, name: str, parameter: str, line: int
) -> None:
    found = {(one.kind, one.name, one.parameter): one.place.line for one in differing(tmp_path, old, new)}
    assert found.get((kind, name, parameter)) == line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("return shape", "return (shape,)", id="a body"),
        pytest.param("erase(shape)", "erase(shape, how=1)", id="an optional parameter"),
        pytest.param("LIMIT = 3", "LIMIT = 4", id="a value"),
        pytest.param("LIMIT = 3", "LIMIT = 3\n\n\ndef more():\n    pass", id="something new"),
    ],
)
def test_what_breaks_nobody_is_not_told(tmp_path: Path, old: str, new: str) -> None:
    assert differing(tmp_path, old, new) == ()


@pytest.mark.parametrize(
    ("gone", "more"),
    [
        pytest.param("__version__ = '1'", "", id="a name that nobody calls"),
        pytest.param("OLD = 1", "def __getattr__(name):\n    return 1\n", id="a name that the module serves by itself"),
        pytest.param("class Old:\n    def __del__(self):\n        pass", "class Old:\n    pass", id="a finaliser"),
    ],
)
def test_a_name_that_may_still_be_had_is_not_told(tmp_path: Path, gone: str, more: str) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({"shapes/__init__.py": EXPORTS, "shapes/_shapes.py": SHAPES, "shapes/more.py": gone + "\n"})
    assert compare(checkout, since, checkout.commit({"shapes/more.py": more})).breaks == ()


@pytest.mark.parametrize(
    ("exports", "is_promised"),
    [
        pytest.param("from shapes.shapes import draw as draw\n", True, id="exported by the package"),
        pytest.param("from .shapes import draw\n", True, id="imported by it"),
        pytest.param("", False, id="of one of its modules"),
    ],
)
def test_only_what_the_package_itself_exports_is_promised(tmp_path: Path, exports: str, is_promised: bool) -> None:  # noqa: FBT001
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({"shapes/__init__.py": exports, "shapes/shapes.py": SHAPES})
    found = compare(checkout, since, checkout.commit({"shapes/shapes.py": SHAPES.replace(", proxy=None", "")}))
    assert [(one.parameter, one.is_promised) for one in found.breaks] == [("proxy", is_promised)]


def test_modules_beside_a_package_are_no_interface(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(
        {"src/shapes/__init__.py": EXPORTS, "src/shapes/_shapes.py": SHAPES, "duties.py": "def go(x): pass\n"}
    )
    assert compare(checkout, since, checkout.commit({"duties.py": "def go(): pass\n"})).breaks == ()


def test_a_private_name_may_go(tmp_path: Path) -> None:
    assert differing(tmp_path, "def _inner():\n    pass\n", "", SHAPES + "\n\ndef _inner():\n    pass\n") == ()


def test_one_removed_export_is_told_by_its_import_line(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(PACKAGE)
    without = EXPORTS.replace(", erase, LIMIT", ", LIMIT").replace("'erase', ", "")
    found = compare(checkout, since, checkout.commit({"shapes/__init__.py": without}))
    assert [(one.kind, one.name, one.place.path, one.place.line) for one in found.breaks] == [
        (Kind.REMOVED, "shapes.erase", "shapes/__init__.py", 1)
    ]


def test_the_code_is_never_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    checkout = Checkout.at(tmp_path / "repository")
    traps = {"conftest.py": trap, "sitecustomize.py": trap, "griffe.py": trap, "json.py": trap}
    since = checkout.commit({**PACKAGE, **traps, "shapes/_shapes.py": trap + SHAPES})
    until = checkout.commit({"shapes/_shapes.py": trap + SHAPES.replace(", proxy=None", "")})
    found = compare(checkout, since, until)
    assert [one.parameter for one in found.breaks] == ["proxy"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("x = " + "(" * 5_000 + ")" * 5_000, id="deep brackets"),
        pytest.param("x = " + "-" * 200_000 + "1", id="deep operators"),
        pytest.param("x = " + "a." * 50_000 + "b", id="deep attributes"),
        pytest.param("def f(:\n", id="no Python"),
        pytest.param("\0", id="no text"),
        pytest.param("from shapes import *\nfrom shapes.hostile import *\n", id="imports in circles"),
    ],
)
def test_a_hostile_file_costs_a_comparison_and_nothing_else(tmp_path: Path, hostile: str) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({**PACKAGE, "shapes/hostile.py": hostile})
    until = checkout.commit({"shapes/_shapes.py": SHAPES.replace(", proxy=None", "")})
    began = time.monotonic()
    found = compare(checkout, since, until)
    assert time.monotonic() - began < 25
    assert [one.parameter for one in found.breaks] == ["proxy"] or (not found.breaks and len(found.skipped) == 1)


def test_a_huge_file_is_left_out_and_the_rest_is_compared(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({**PACKAGE, "shapes/data.py": "x = 1\n" * 300_000})
    found = compare(checkout, since, checkout.commit({"shapes/_shapes.py": SHAPES.replace(", proxy=None", "")}))
    assert [one.parameter for one in found.breaks] == ["proxy"]


def test_a_comparison_that_takes_too_long_is_skipped_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interfaces, "_SECONDS", 0.01)
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(PACKAGE)
    found = compare(checkout, since, checkout.commit({"shapes/_shapes.py": "x = 1\n"}))
    assert (found.breaks, len(found.skipped)) == ((), 1)
    assert "took more than" in found.skipped[0]


def test_without_griffe_the_comparison_is_skipped_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interfaces, "find_spec", lambda _: None)
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(PACKAGE)
    found = compare(checkout, since, checkout.commit({"shapes/_shapes.py": "x = 1\n"}))
    assert found == Compared(skipped=("the interface in Python was not compared: install agent-ci[api]",))


def test_links_are_not_followed_out_of_the_tree(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("def secret(): pass\n", encoding="utf-8")
    checkout = Checkout.at(tmp_path / "repository")
    checkout.write(PACKAGE)
    (checkout.root / "shapes" / "linked.py").symlink_to(tmp_path / "outside.py")
    since = checkout.commit()
    (checkout.root / "shapes" / "linked.py").unlink()
    assert compare(checkout, since, checkout.commit()) == Compared()


def test_a_submodule_is_no_file(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(PACKAGE)
    checkout.git("update-index", "--add", "--cacheinfo", f"160000,{'12' * 20},shapes/sub.py")
    checkout.git("commit", "--quiet", "-m", "a submodule")
    assert compare(checkout, since, checkout.git("rev-parse", "HEAD")) == Compared()


def test_a_repository_without_any_package_is_compared_to_nothing(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({"README.md": "a"})
    assert compare(checkout, since, checkout.commit({"README.md": "b"})) == Compared()


def test_go_and_javascript_are_read_from_git_too(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({"draw/a.go": "package draw\nfunc Old() {}\n", "index.d.ts": "export const a: 1;\n"})
    until = checkout.commit({"draw/a.go": "package draw\n", "index.d.ts": "export {};\n"})
    assert {one.symbol for one in compare(checkout, since, until).breaks} == {"draw.Old", "index.d.ts.a"}


def made_by(checkout: Checkout, since: str, broken: Broken) -> tuple[str, ...]:
    range_ = Log(checkout.root).range(since, checkout.git("rev-parse", "HEAD"))
    with Clone.of(Repository.at(checkout.root)) as clone:
        return makers(clone.directory, range_, since, broken)


@pytest.mark.parametrize("is_merged", [False, True], ids=["pushed", "merged"])
def test_a_break_is_traced_to_the_commit_of_the_main_line_that_brought_it(tmp_path: Path, is_merged: bool) -> None:  # noqa: FBT001
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(PACKAGE)
    checkout.commit({"other.txt": "1"})
    if is_merged:
        checkout.git("switch", "--quiet", "-c", "side")
    guilty = checkout.commit(
        {"shapes/_shapes.py": SHAPES.replace(", proxy=None", "").replace("erase(shape)", "erase(shape, how)")}
    )
    if is_merged:
        checkout.commit({"more.txt": "1"})
        checkout.git("switch", "--quiet", "main")
        guilty = checkout.merge("side")
    until = checkout.commit({"other.txt": "2"})
    found = grouped(compare(checkout, since, until).breaks)
    assert {(one.kind, made_by(checkout, since, one)) for one in found} == {
        (Kind.PARAMETER_REMOVED, (guilty,)),
        (Kind.PARAMETER_REQUIRED, (guilty,)),
    }


def test_a_release_from_another_branch_does_not_blame_the_merge_of_that_branch(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    checkout.commit(PACKAGE)
    checkout.git("branch", "stable")
    guilty = checkout.commit({"shapes/_shapes.py": SHAPES.replace(", proxy=None", "")})
    checkout.commit({"other.txt": "1"})
    checkout.git("switch", "--quiet", "stable")
    since = checkout.commit({"fixed.txt": "1"})
    checkout.git("switch", "--quiet", "main")
    until = checkout.merge("stable")
    [broken] = grouped(compare(checkout, since, until).breaks)
    assert made_by(checkout, since, broken) == (guilty,)


def test_a_break_whose_file_is_nowhere_is_traced_to_nobody(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit(PACKAGE)
    checkout.commit({"other.txt": "1"})
    assert made_by(checkout, since, grouped([Break(Kind.REMOVED, "a.b")])[0]) == ()


def test_a_removed_file_is_traced_too(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path)
    since = checkout.commit({"draw/a.go": "package draw\nfunc Old() {}\n"})
    shutil.rmtree(checkout.root / "draw")
    guilty = checkout.commit({"other.txt": "1"})
    [broken] = grouped(compare(checkout, since, guilty).breaks)
    assert made_by(checkout, since, broken) == (guilty,)


def listed(checkout: Checkout, *rows: tuple[str, str, str]) -> str:
    """The id of a tree with *rows* of mode, name and object id, whatever git thinks of their names."""
    raw = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(id_) for mode, name, id_ in rows)
    return checkout.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", stdin=raw)


def test_a_crafted_path_writes_nothing_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    checkout = Checkout.at(tmp_path / "repository")
    since = checkout.commit(PACKAGE)
    blob = checkout.git("rev-parse", "HEAD:shapes/_shapes.py")
    tree = listed(checkout, ("100644", "evil.py", blob))
    for _ in range(3):
        tree = listed(checkout, ("40000", "..", tree))
    exports = checkout.git("rev-parse", "HEAD:shapes/__init__.py")
    inner = listed(checkout, ("40000", "..", tree), ("100644", "__init__.py", exports), ("100644", "_shapes.py", blob))
    until = checkout.git("commit-tree", "-m", "x", listed(checkout, ("40000", "shapes", inner)))
    compare(checkout, since, until)
    assert not list(tmp_path.rglob("evil.py"))
