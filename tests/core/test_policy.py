from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.core.change import ABSENT, EXECUTABLE, REGULAR, ChangedFile, Patch
from agent_ci.core.policy import FILES, LINES, TESTS_POLICY, Policy, misplaced

SOURCE = ChangedFile("src/app.py", "M", REGULAR, REGULAR, added=1, removed=1)


def patch(*files: ChangedFile) -> Patch:
    return Patch(diff="", files=files, base_tree="1" * 40, tree="2" * 40)


def objections(policy: Policy, path: str) -> tuple[str, ...]:
    return policy.objections(patch(replace(SOURCE, path=path)))


def test_an_ordinary_change_of_source_is_allowed() -> None:
    assert Policy().objections(patch(SOURCE)) == ()


PROTECTED = """
.github/workflows/ci.yml  sub/.github/actions/x.py  .GitHub/workflows/ci.yml  .gitlab-ci.yml  ci/lint.gitlab-ci.yml
Jenkinsfile  Jenkinsfile.release  action.yml  Makefile  makefile  tools/build.mk  Dockerfile  Dockerfile.dev
compose.yaml
pyproject.toml  sub/pyproject.toml  setup.py  setup.cfg  requirements.txt  requirements-dev.txt  requirements/dev.txt
requirements.in package.json web/package.json  package-lock.json  yarn.lock  uv.lock  poetry.lock  Cargo.lock  bun.lockb
Cargo.toml  build.rs  go.mod  go.sum  pom.xml  mvnw  build.gradle  build.gradle.kts  Gemfile  x.gemspec
App.csproj Directory.Build.props  CMakeLists.txt  .npmrc  .env  .env.local  .envrc
.python-version
pytest.ini  tox.ini  conftest.py  src/conftest.py  .coveragerc jest.config.js  .mocharc.json
sitecustomize.py  lib/usercustomize.py  x.pth
AGENTS.md  CLAUDE.md  docs/claude.md  .cursor/rules/x.md  .agent-ci.yml  CODEOWNERS  .github/CODEOWNERS  docs/CODEOWNERS
CLAUDE.local.md  AGENTS.override.md  AGENT.md  QWEN.md  .mcp.json  .codex/config.toml  .junie/guidelines.md  .kiro/x.md
.amazonq/rules/x.md  .continue/x.md  .augment/x.md  .trae/x.md  .opencode/x.md  opencode.json  .goosehints  .qwen/x.json
pip.ini  poetry.toml  pdm.toml  pixi.toml  conda-lock.yml  gradle.lockfile  deno.json  mise.toml  .mise.toml  shell.nix
default.nix  docker-bake.hcl  Earthfile  Vagrantfile  .semaphore/x.yml
mypy.ini  .mypy.ini  ruff.toml  .ruff.toml  .flake8  .pylintrc  .bandit  .eslintrc.json  eslint.config.mjs  biome.json
.semgrep.yml  .semgrepignore  .gitleaks.toml  .secrets.baseline
LICENSE  LICENSE.txt  LICENSE-MIT  LICENCE.md  LICENSES/MIT.txt  COPYING  NOTICE
.gitattributes  src/.gitattributes  .gitmodules  .gitignore  .husky/pre-commit  .vscode/tasks.json  .devcontainer/x.sh
""".split()  # noqa: SIM905 - a table of words
REPAIRABLE = """
src/license.py  src/licensing.py  src/copying_files.py  licenses.py  src/notice.py  src/lock.py  src/setup_db.py
src/package.py  src/requirements.py  src/env.py  src/environment.py  src/makefile_parser.py  src/dockerfile_parser.go
README.md  CHANGELOG.md  docs/index.md  src/gradle_plugin.py  src/github/client.py  src/actions.py  src/path.py
pkg/testing/helpers.py  numpy/testing/utils.py  shop/fixtures/initial.json  src/spec/parser.py  api/pod_spec.go
src/app.config.ts  .editorconfig
""".split()  # noqa: SIM905 - a table of words


@pytest.mark.parametrize("path", PROTECTED)
def test_what_builds_judges_or_steers_is_protected(path: str) -> None:
    assert objections(Policy(allow_test_changes=True), path) == (
        f"{path} is protected (allow it in .agent-ci.yml on the base branch) [protected-path]",
    )


@pytest.mark.parametrize("path", REPAIRABLE)
def test_product_code_is_not_protected_by_its_name(path: str) -> None:
    assert objections(Policy(), path) == ()


def test_allow_lifts_protection_for_what_it_matches_only() -> None:
    policy = Policy(allow=("web/package.json",))
    assert objections(policy, "web/package.json") == ()
    assert objections(policy, "package.json") != ()
    assert objections(Policy(allow=("src/**",)), "vendor/src/Makefile") != ()


def test_a_fix_must_not_change_tests_unless_the_job_writes_them() -> None:
    (objection,) = objections(Policy(), "tests/test_app.py")
    assert objection == "tests/test_app.py is a test, and a fix must not change the tests [test-file]"
    assert objections(Policy(allow_test_changes=True), "tests/test_app.py") == ()
    assert objections(Policy(allow=("tests/",)), "tests/test_app.py") == ()


def test_with_only_nothing_else_may_change() -> None:
    policy = Policy(only=("CHANGELOG.md",))
    assert objections(policy, "CHANGELOG.md") == ()
    sentence = "src/app.py is outside the paths this job may change (CHANGELOG.md) [out-of-scope]"
    assert objections(policy, "src/app.py") == (sentence,)


def test_only_does_not_lift_protection() -> None:
    assert "protected" in objections(Policy(only=("**",)), "Makefile")[0]


def test_a_dangerous_path_cannot_be_allowed() -> None:
    assert objections(Policy(allow=("**",), only=("**",)), ".g\u200cit/config") != ()
    assert objections(Policy(allow=("**",)), "sub/.git/config") != ()


MODES = {
    "plain": (REGULAR, REGULAR, None),
    "executable-kept": (EXECUTABLE, EXECUTABLE, None),
    "created": (ABSENT, REGULAR, None),
    "deleted": (EXECUTABLE, ABSENT, None),
    "made-executable": (REGULAR, EXECUTABLE, "src/app.py would change its mode from 100644 to 100755 [file-mode]"),
    "made-plain": (EXECUTABLE, REGULAR, "src/app.py would change its mode from 100755 to 100644 [file-mode]"),
    "link-created": (ABSENT, "120000", "src/app.py would become a link or a submodule (mode 120000) [file-mode]"),
    "turned-into-a-link": (
        REGULAR,
        "120000",
        "src/app.py would become a link or a submodule (mode 120000) [file-mode]",
    ),
    "link-moved": ("120000", "120000", "src/app.py would become a link or a submodule (mode 120000) [file-mode]"),
    "link-replaced": ("120000", REGULAR, "src/app.py would change its mode from 120000 to 100644 [file-mode]"),
    "submodule": (ABSENT, "160000", "src/app.py would become a link or a submodule (mode 160000) [file-mode]"),
}


@pytest.mark.parametrize(("old", "new", "sentence"), MODES.values(), ids=MODES)
def test_only_plain_files_may_come_and_modes_stay(old: str, new: str, sentence: str | None) -> None:
    found = Policy().objections(patch(replace(SOURCE, old_mode=old, new_mode=new)))
    assert found == ((sentence,) if sentence else ())


def test_an_allowed_path_is_still_judged_by_its_mode() -> None:
    file = replace(SOURCE, path="Makefile", new_mode="120000")
    assert Policy(allow=("Makefile",)).objections(patch(file)) != ()


def test_binary_content_is_refused() -> None:
    assert Policy().objections(patch(replace(SOURCE, is_binary=True))) == ("src/app.py is binary [binary-file]",)


@pytest.mark.parametrize(
    ("mode", "added", "objections"),
    [(ABSENT, 0, ("src/app.py would be a new file without content [empty-file]",)), (ABSENT, 1, ()), (REGULAR, 0, ())],
)
def test_a_new_file_has_content(mode: str, added: int, objections: tuple[str, ...]) -> None:
    assert Policy().objections(patch(replace(SOURCE, old_mode=mode, added=added))) == objections


def test_an_objection_whose_rule_is_permitted_does_not_count() -> None:
    policy = Policy(permit=("hard-coded",))
    said = ("a constant [hard-coded]", "a skip [weakened-test]", "no rule at all")
    assert policy.not_permitted(said) == said[1:]


def test_size_is_limited_in_files_and_in_lines() -> None:
    files = [replace(SOURCE, path=f"src/{number}.py") for number in range(3)]
    assert Policy(max_files=3, max_lines=6).objections(patch(*files)) == ()
    assert Policy(max_files=2, max_lines=5).objections(patch(*files)) == (
        "3 files change, and the limit is 2 [too-large]",
        "6 lines change, and the limit is 5 [too-large]",
    )


def test_the_limits_of_size_are_for_each_root_cause() -> None:
    files = [replace(SOURCE, path=f"src/{number}.py") for number in range(3)]
    assert Policy(max_files=2, max_lines=5).objections(patch(*files), causes=2) == ()
    assert Policy(max_files=1, max_lines=5).objections(patch(*files), causes=2) == (
        "3 files change, and the limit is 2 [too-large]",
    )


def test_every_broken_rule_is_named() -> None:
    link = ChangedFile("tests/test_a.py", "T", REGULAR, "120000", is_binary=True)
    assert len(Policy().objections(patch(replace(SOURCE, path="Makefile"), link))) == 4


NEW = ChangedFile("tests/test_app.py", "A", ABSENT, REGULAR, added=3)


@pytest.mark.parametrize(
    ("path", "is_refused"),
    [
        ("tests/unit/test_app.py", False),
        ("src/__tests__/app.test.ts", False),
        ("beside/test_new.py", False),
        ("pkg/app_test.go", False),
        ("src/app.test.ts", True),
        ("test_app.py", True),
        ("tests.py/test_app.py", True),
    ],
)
def test_a_new_test_stands_where_tests_are_looked_for(path: str, *, is_refused: bool) -> None:
    said = misplaced(patch(replace(NEW, path=path)), ("beside/test_old.py", "src/app.ts"))
    assert said == (
        (f"{path} would be a test where no tests are, and other programs may run it [out-of-scope]",)
        if is_refused
        else ()
    )


def test_a_test_that_is_there_stays_where_it_is_and_a_new_one_is_no_program() -> None:
    assert misplaced(patch(replace(SOURCE, path="pages/x.test.js")), ()) == ()
    assert misplaced(patch(replace(NEW, new_mode=EXECUTABLE)), ()) == (
        "tests/test_app.py would be a program, and tests are none [file-mode]",
    )


ADDED = ChangedFile("tests/test_app.py", "M", REGULAR, REGULAR, added=3)
OURS = replace(ADDED, path="tests/test_app_agent_ci.py")


@pytest.mark.parametrize(
    ("file", "adds", "part"),
    [
        (NEW, FILES, None),
        (OURS, FILES, None),
        (ADDED, FILES, "is somebody's"),
        (ADDED, LINES, None),
        (replace(ADDED, removed=1), LINES, "would lose lines"),
        (replace(OURS, removed=1), FILES, "would lose lines"),
        (replace(ADDED, new_mode=ABSENT, added=0), LINES, "would lose lines"),
        (replace(NEW, path="src/app.py"), FILES, "outside the paths"),
    ],
)
def test_the_job_that_writes_tests_takes_nothing_out(file: ChangedFile, adds: str, part: str | None) -> None:
    said = replace(TESTS_POLICY, adds=adds).objections(patch(file))
    assert (len(said), part is None or part in said[0]) == (part is not None, True)
