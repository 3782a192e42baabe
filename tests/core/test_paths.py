from __future__ import annotations

import pytest

from agent_ci.core.paths import is_python_test, is_test_path, matches, path_objection

TESTS = """
tests/test_a.py  test/unit/a.py  src/test/java/com/x/A.java  pkg/tests/data.json  pkg/core/tests/helpers.py
test_a.py  pkg/test_a.py  pkg/a_test.py  pkg/a_tests.py  shop/tests.py  conftest.py  pkg/conftest.py  test_a.pyi
a.test.js  src/a.test.tsx  a.spec.ts  a.spec.mjs  src/__tests__/a.js  src/__snapshots__/a.js.snap  a.snap  a-test.js
cypress/support/e2e.ts  packages/x/e2e/a.ts  login.cy.ts  Button.test.vue
pkg/a_test.go  pkg/testdata/in.golden  spec/models/a_spec.rb  spec/spec_helper.rb  x/spec/support/a.rb  a_spec.rb
src/tests.rs  crates/x/src/parser/tests.rs  crates/x/tests/it.rs  a_test.exs  a_test.dart  a_unittest.cc  a_test.c
ATest.java ATests.java  ATestCase.java  UserIT.java  src/ATest.kt  UserSpec.scala  UserSpec.groovy  ATests.cs  ATest.php
Shop.Tests/A.cs  Shop.UnitTests/Helper.cs  ShopTests/A.swift  ShopUITests/Helper.swift  Shop.Test/A.cs
testing/helpers.py  fixtures/a.json  spec/openapi.yaml  specs/a.md
""".split()  # noqa: SIM905 - a table of words
SOURCE = """
src/app.py  pkg/testing/helpers.py  numpy/testing/__init__.py  shop/fixtures/initial.json  src/spec/parser.py
pkg/spec/types.go  api/v1/pod_spec.go  PodSpec.java  pkg/job_spec.py  docs/protocol-spec.md  speed-test.md  app.spec
latest.py  contest.py  attest/verify.py  testable.py  pkg/testing.py  greatest/hits.py  Latest.java  Contest.java
AUDIT.java  protest.go  commands/test.py  src/testutil/a.go  Attestation.cs  pytest_plugin.py  ATestable.java
src/test.py  mytests.txt  src/e2e.py  snap.py  unittest/mock.py  src/specs/a.ts
""".split()  # noqa: SIM905 - a table of words


@pytest.mark.parametrize("path", TESTS)
def test_the_habits_of_test_runners_make_a_test(path: str) -> None:
    assert is_test_path(path)


@pytest.mark.parametrize("path", SOURCE)
def test_product_code_with_a_similar_name_stays_repairable(path: str) -> None:
    assert not is_test_path(path)


def test_pytest_collects_by_two_patterns() -> None:
    found = [
        path for path in ("test_a.py", "p/a_test.py", "tests/a.py", "conftest.py", "test_a.js") if is_python_test(path)
    ]
    assert found == ["test_a.py", "p/a_test.py"]


MATCHES = {
    "name-at-the-root": ("Makefile", "Makefile"),
    "name-at-any-depth": ("Makefile", "a/b/Makefile"),
    "case-is-ignored": ("Makefile", "makefile"),
    "star-in-a-name": ("*.lock", "a/uv.lock"),
    "question-mark": ("a?.py", "x/ab.py"),
    "folder-at-any-depth": (".github/", "sub/.github/workflows/x.yml"),
    "folder-at-the-root": (".github/", ".github/x"),
    "anchored-path": ("src/a.py", "src/a.py"),
    "anchored-folder": ("docs/api/", "docs/api/x/y.md"),
    "leading-slash": ("/setup.py", "setup.py"),
    "leading-slash-folder": ("/src/", "src/a/b.py"),
    "star-star-behind": ("src/**", "src/a/b.py"),
    "star-star-in-front": ("**/requirements/*.txt", "requirements/dev.txt"),
    "star-star-in-front-deep": ("**/requirements/*.txt", "a/b/requirements/dev.txt"),
    "star-star-inside": ("src/**/x.py", "src/x.py"),
    "star-star-inside-deep": ("src/**/x.py", "src/a/b/x.py"),
    "newline-in-a-path": ("*.lock", "a\nb.lock"),
    "regex-signs-are-plain": ("a+(b).py", "a+(b).py"),
}
MATCHES_NOT = {
    "star-stays-in-its-folder": ("src/*.py", "src/a/b.py"),
    "question-mark-is-no-slash": ("a?b", "a/b"),
    "anchored-path-elsewhere": ("src/a.py", "x/src/a.py"),
    "star-star-is-anchored": ("src/**", "vendor/src/a.py"),
    "leading-slash-deeper": ("/setup.py", "a/setup.py"),
    "leading-slash-folder-deeper": ("/src/", "a/src/b.py"),
    "only-part-of-a-name": ("Makefile", "Makefile.py"),
    "only-the-end-of-a-name": ("x.py", "ax.py"),
    "folder-glob-and-file": (".ci/", ".ci"),
    "only-the-end-of-a-folder": ("ci/", "my-ci/x"),
    "dot-is-plain": ("a.py", "abpy"),
    "trailing-newline": ("a.py", "a.py\n"),
}


@pytest.mark.parametrize(("glob", "path"), MATCHES.values(), ids=MATCHES)
def test_a_glob_matches_as_in_gitignore(glob: str, path: str) -> None:
    assert matches(path, ("never", glob))


@pytest.mark.parametrize(("glob", "path"), MATCHES_NOT.values(), ids=MATCHES_NOT)
def test_a_glob_does_not_reach_further(glob: str, path: str) -> None:
    assert not matches(path, ("never", glob))


def test_without_globs_nothing_matches() -> None:
    assert not matches("a", ())


SAFE = [
    "a.py",
    ".github/x",
    ".gitignore",
    "a b/c d.py",
    "ä/ö.py",
    "日本語.md",
    "ab:c",
    "x.git/y",
    "git/x",
    "...x",
    "a..b/c",
]


@pytest.mark.parametrize("path", SAFE)
def test_an_ordinary_path_may_be_written(path: str) -> None:
    assert path_objection(path) is None


DANGEROUS = [
    *("", "/", "/a", "a/", "a//b", ".", "..", "a/..", "a/./b", "c:x", "a\\b", "-x", "a/-x", "a.", "a ", "a /b"),
    *(".git", "A/.gIt/x", "GIT~1", "git~12/x", ".git ", ".git...", ".git:x", ".git::$INDEX_ALLOCATION/y"),
    *(".g\u200cit", "\ufeff.git", "a\x00b", "a\tb", "a\x7f", "a\u202e", "a\udcff"),
    *("x" * 256, "ä" * 128, "ab/" * 1400 + "x"),
]


@pytest.mark.parametrize("path", DANGEROUS)
def test_a_dangerous_path_is_objected_to(path: str) -> None:
    objection = path_objection(path)
    assert objection
    assert len(objection) < 300
