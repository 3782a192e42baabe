"""Frameworks are recognised by the files of a repository and by the words of a command."""

from __future__ import annotations

import dataclasses
import json
import shlex
import time

import pytest

from agent_ci.core.frameworks import detection, go, packages
from agent_ci.core.frameworks.kind import Manifest


def package(script: str = "", *needs: str) -> str:
    return json.dumps({"scripts": {"test": script} if script else {}, "devDependencies": dict.fromkeys(needs, "*")})


def found(files: dict[str, str]) -> list[tuple[str, str, str]]:
    projects = detection.projects(files, files.__getitem__)
    return [(one.folder, one.framework.name, shlex.join(one.framework.command)) for one in projects]


CARGO, WORKSPACE, MODULE = '[package]\nname = "a"\n', "[workspace]\n", "module example.com/a\n"
REPOSITORIES = {
    "jest by its script": ({"package.json": package("jest --coverage", "jest")}, [("", "jest", "npx jest --coverage")]),
    "jest behind a linter, with variables": (
        {"package.json": package("eslint . && cross-env NODE_OPTIONS=--experimental-vm-modules jest src", "jest")},
        [("", "jest", "NODE_OPTIONS=--experimental-vm-modules npx jest src")],
    ),
    "jest in a line that only a shell understands": (
        {"package.json": package("tsc&jest -t 'a|b' 2>&1 | tee log; eslint .", "jest")},
        [("", "jest", "npx jest -t 'a|b'")],
    ),
    "jest with what a shell would put in": (
        {"package.json": package("jest --config $CONFIG", "jest")},
        [("", "jest", "npx jest")],
    ),
    "jest through node": (
        {"package.json": package("node --expose-gc node_modules/jest/bin/jest.js -i", "jest")},
        [("", "jest", "npx jest -i")],
    ),
    "jest without a script": ({"package.json": package("", "jest")}, [("", "jest", "npx jest")]),
    "vitest, which does not watch": ({"package.json": package("vitest", "vitest")}, [("", "vitest", "npx vitest run")]),
    "two in one package": (
        {"package.json": package("vitest run && playwright test", "vitest", "@playwright/test", "mocha")},
        [("", "vitest", "npx vitest run"), ("", "playwright", "npx playwright test")],
    ),
    "a package that is tested by something else": ({"package.json": package("tap", "mocha", "jest")}, []),
    "a package.json that is none": ({"package.json": "[1"}, []),
    "go": ({"go.mod": MODULE, "a/a_test.go": ""}, [("", "go", "go test ./...")]),
    "go without a test": ({"go.mod": MODULE, "a/a.go": ""}, []),
    "a workspace of cargo and what is in it": (
        {"Cargo.toml": "[workspace]\n", "a/Cargo.toml": CARGO, "b/Cargo.toml": CARGO},
        [("", "cargo", "cargo test --workspace")],
    ),
    "modules of go in another, which does not run their tests": (
        {"go.mod": MODULE, "a_test.go": "", "sub/go.mod": MODULE, "sub/in/b_test.go": "", "sub/x/go.mod": MODULE},
        [("", "go", "go test ./..."), ("sub", "go", "go test ./...")],
    ),
    "a module of go whose tests are all in another": (
        {"go.mod": MODULE, "a.go": "", "sub/go.mod": MODULE, "sub/b_test.go": ""},
        [("sub", "go", "go test ./...")],
    ),
    "packages in a package that is no workspace": (
        {"Cargo.toml": CARGO, "a/Cargo.toml": CARGO, "a/b/Cargo.toml": WORKSPACE + CARGO, "a/b/c/Cargo.toml": CARGO},
        [(folder, "cargo", "cargo test --workspace") for folder in ("", "a", "a/b")],
    ),
    "packages that a workspace excludes": (
        {
            "Cargo.toml": f'{WORKSPACE}members = ["a/*", "./t/in"]\nexclude = ["a/x/", "t"]\n{CARGO}',
            **dict.fromkeys(("a/b/Cargo.toml", "a/x/Cargo.toml", "t/in/Cargo.toml", "t/out/Cargo.toml"), CARGO),
        },
        [(folder, "cargo", "cargo test --workspace") for folder in ("", "a/x", "t/out")],
    ),
    "what Maven runs as modules, and what it does not": (
        {
            "pom.xml": "<modules><module>a</module><module>./b/pom.xml</module><!-- <module>x</module> --></modules>",
            **dict.fromkeys(("a/pom.xml", "a/in/pom.xml", "b/pom.xml", "x/pom.xml", "x/in/pom.xml"), "<project/>"),
        },
        [(folder, "maven", "mvn test") for folder in ("", "x", "x/in")],
    ),
    "what Gradle builds at once, and what it does not": (
        dict.fromkeys(
            ("settings.gradle", "a/build.gradle", "x/settings.gradle.kts", "x/build.gradle.kts", "x/in/build.gradle"),
            "",
        ),
        [(folder, "gradle", "gradle test") for folder in ("", "x")],
    ),
    "a workspace in a workspace": (
        {"Cargo.toml": WORKSPACE, "fuzz/Cargo.toml": CARGO + WORKSPACE},
        [(folder, "cargo", "cargo test --workspace") for folder in ("", "fuzz")],
    ),
    "a package in one that cannot be read": (
        {"Cargo.toml": f"[workspace]\n[package]\na = {'[' * 5000}\n", "a/Cargo.toml": CARGO},
        [(folder, "cargo", "cargo test --workspace") for folder in ("", "a")],
    ),
    "several projects, the nearest root of each": (
        {
            "api/go.mod": MODULE,
            "api/a_test.go": "",
            "w/package.json": package("mocha", "mocha"),
            "x/Cargo.toml": CARGO,
        },
        [("api", "go", "go test ./..."), ("w", "mocha", "npx mocha"), ("x", "cargo", "cargo test --workspace")],
    ),
    "what others wrote": (
        {
            "node_modules/a/package.json": package("jest", "jest"),
            "vendor/b/Cargo.toml": CARGO,
            "testdata/go.mod": MODULE,
        },
        [],
    ),
}


@pytest.mark.parametrize(("files", "expected"), REPOSITORIES.values(), ids=REPOSITORIES)
def test_the_projects_of_a_repository_are_found(files: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    assert found(files) == expected


def test_many_projects_among_many_files_are_found_in_short_time() -> None:
    modules = {f"part{number}/sub/go.mod": MODULE for number in range(1_000)}
    tests = {f"part{number}/sub/a{file}_test.go": "" for number in range(1_000) for file in range(60)}
    started = time.process_time()
    assert len(found({**tests, **modules})) == 1_000
    assert time.process_time() - started < 5


def test_a_project_has_the_files_below_its_folder_and_no_others() -> None:
    seen = {}
    files = ["a/go.mod", "a/b/c_test.go", "a-b/x_test.go", "a.go", "a0/x_test.go", "ab/x_test.go", "a/go.sum"]

    def found_in(manifest: Manifest) -> None:
        seen[manifest.name] = manifest.files

    kind = dataclasses.replace(go.KIND, found=found_in)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detection, "KINDS", (kind,))
        detection.projects(files, lambda _path: "")
    assert seen == {"go.mod": ("b/c_test.go", "go.mod", "go.sum")}


COMMANDS = {
    "npx jest -i": "npx jest -i",
    "yarn jest": "npx jest",
    "pnpm exec vitest run --coverage": "npx vitest run --coverage",
    "node_modules/.bin/mocha test": "npx mocha test",
    "TZ=UTC npx playwright test --project one": "TZ=UTC npx playwright test --project one",
    "playwright install": None,
    "/opt/tools/node_modules/.bin/jest -i": None,
    "node /opt/tools/node_modules/jest/bin/jest.js": None,
    "go test -race ./...": "go test -race ./...",
    "gotestsum --format dots -- -race ./a": "go test -race ./a",
    "gotestsum": "go test ./...",
    "go run gotest.tools/gotestsum@v1.12.0 -- ./b": "go test ./b",
    "go vet ./...": None,
    "cargo test --all-features -- --test-threads=1": "cargo test --all-features -- --test-threads=1",
    "cargo +nightly t": "cargo +nightly test",
    "cargo +nightly build": None,
    "cargo build": None,
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_is_known_by_its_words(command: str, expected: str | None) -> None:
    framework = detection.of_command(tuple(shlex.split(command)))
    assert (shlex.join(framework.command) if framework else None) == expected


SCRIPTS = json.dumps({
    "scripts": {
        "test": "jest", "test:unit": "vitest run -t 'two words'", "open": "jest 'a",
        **{name: f"jest {name} eslint" for name in ("&&", ";", "|", ">", "<", "&", "$", "`", "\n")},
    }
})  # fmt: skip


@pytest.mark.parametrize(
    ("words", "script"),
    [
        *(("npm test", ("jest",)), ("npm t", ("jest",)), ("pnpm run test", ("jest",))),
        ("yarn test:unit", ("vitest", "run", "-t", "two words")),
        *((name, ()) for name in ("npm run gone", "npm", "make test", "npm run open")),
        *((f"npm run {name}", ()) for name in ("&&", ";", "|", ">", "<", "&", "$", "`")),
    ],
)
def test_the_words_of_a_script_are_looked_up_where_it_is_one_command(words: str, script: tuple[str, ...]) -> None:
    assert packages.scripted(tuple(words.split()), SCRIPTS) == script
    assert packages.scripted(tuple(words.split()), "no JSON") == ()


def test_a_script_of_two_lines_is_more_than_one_command() -> None:
    assert packages.scripted(("npm", "run", "\n"), SCRIPTS) == ()
