"""Finds how the tests of a tree are run: the runner that --run or its files name, and the interpreter it starts."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass, replace
from functools import partial

from agent_ci.confine.probing import python_of
from agent_ci.core.frameworks.checks import Check
from agent_ci.core.frameworks.framework import Framework
from agent_ci.errors import InfrastructureError, UnsupportedError, UsageError
from agent_ci.ports import Runner, Sandbox, Tree
from agent_ci.registry import Setup
from agent_ci.runners.interpreters import Interpreter


def runner(setup: Setup, sandbox: Sandbox, tree: Tree) -> Runner:
    """What runs the tests: as --run says, else as the repository's files say. Raises UnsupportedError, UsageError."""
    from agent_ci.core.frameworks import detection, django, makefile, packages, wrappers
    from agent_ci.runners.command import AnyCommand
    from agent_ci.runners.pytest import read_command
    from agent_ci.runners.unittest import read_command as read_unittest

    settings = setup.settings
    if not settings.run:
        return _alone(_detected(setup, sandbox, tree))
    words = _words(settings.run)
    if not settings.shell:
        folder, words = _entered(words, tree)
        inside = partial(_text, tree, folder=folder)
        meant = packages.scripted(words, inside("package.json")) or makefile.read(words, inside) or words
        wrapped = wrappers.read(meant, partial(_text, tree), lambda words: read_command(words) or read_unittest(words))
        meant = wrapped.words if wrapped else meant
        own = _python_in(setup, wrapped.folder) if wrapped else ""
        for read, make in ((read_command, _pytest), (read_unittest, _unittest), (django.read, _django)):
            if asked := read(meant):
                return make(setup, sandbox, tree, _Command(asked[0] or own, asked[1], folder))
        if framework := detection.of_command(meant):
            return _alone(_framework(setup, tree, framework, folder, settings.run))
        if folder:
            raise UsageError(
                f"--run {settings.run!r} goes to a folder, and what follows is none of the test runners that are known "
                "by name; set `shell: true` to have a shell run it"
            )
    argv = ("sh", "-c", settings.run) if settings.shell else _installed(words, setup)
    if settings.report:
        return AnyCommand(argv, settings.report)
    typed = shlex.join(argv) if settings.shell else settings.run
    return _check(setup, sandbox, tree, Check(argv, typed))


def tests_runner(setup: Setup, sandbox: Sandbox, tree: Tree) -> Runner:
    """What new tests are run with: pytest, also where there is no test yet, else a framework that tells lines.

    Raises UnsupportedError for a repository of other languages, UsageError and InfrastructureError.
    """
    from agent_ci.core.elsewhere.languages import LANGUAGES
    from agent_ci.runners.framework import FrameworkRunner
    from agent_ci.runners.pytest import Pytest

    for one in _of_tests(setup, sandbox, tree):
        if isinstance(one, Pytest) or (isinstance(one, FrameworkRunner) and one.framework.name in LANGUAGES):
            return one
    raise UnsupportedError(
        "tests are written for pytest, which also runs those of unittest, and for jest, vitest, mocha, go, maven and "
        'gradle; where one of them runs the tests of this repository, name it: --run "python -m pytest"'
    )


def _of_tests(setup: Setup, sandbox: Sandbox, tree: Tree) -> tuple[Runner, ...]:
    """What runs the tests as --run says, else pytest where a test is Python, else what the files say."""
    from agent_ci.core.paths import is_python_test

    paths = tree.paths()
    if setup.settings.run:
        return _each(runner(setup, sandbox, tree))
    if not any(is_python_test(path) for path in paths):
        try:
            return _each(_detected(setup, sandbox, tree))
        except UnsupportedError:
            if not any(path.endswith(".py") for path in paths):
                raise
    folder, *others = _python_folders(tree)
    return (_pytest(setup, sandbox, tree, _Command(folder="" if others else folder)),)


def _installed(words: tuple[str, ...], setup: Setup) -> tuple[str, ...]:
    """*words*, with the whole path of a program that is in an environment of the checkout, which no copy has."""
    place = setup.settings.repository / words[0]
    is_there = "/" in words[0] and (place.parent.parent / "pyvenv.cfg").is_file() and place.is_file()
    return (str(place), *words[1:]) if is_there else words


def _alone(found: Runner) -> Runner:
    """*found*, which knows that no other runner works in its copies where it is one and not several."""
    from agent_ci.runners.framework import FrameworkRunner

    return replace(found, is_alone=True) if isinstance(found, FrameworkRunner) else found


def _each(found: Runner) -> tuple[Runner, ...]:
    from agent_ci.runners.several import Several

    return found.runners if isinstance(found, Several) else (found,)


def _entered(words: tuple[str, ...], tree: Tree) -> tuple[str, tuple[str, ...]]:
    """The folder that *words* go to first, as in ``cd FOLDER && COMMAND``, and the rest; "" where they stay.

    Raises UsageError where *tree* has no such folder.
    """
    if words[0] != "cd" or words[2:3] != ("&&",) or not words[3:]:
        return "", words
    folder = posixpath.normpath(words[1])
    if folder == ".":
        return "", words[3:]
    if not any(path.startswith(f"{folder}/") for path in tree.paths()):
        raise UsageError(
            f"--run goes to {words[1]!r}, which is no folder of the repository; name one as seen from its root"
        )
    return folder, words[3:]


def _python_in(setup: Setup, folder: str) -> str:
    """The Python of the environment in *folder*, which may have a version behind its name; empty where none is."""
    root = setup.settings.repository
    found = sorted(root.glob(f"{folder}/bin/python")) or sorted(root.glob(f"{folder}*/bin/python"))
    return found[0].relative_to(root).as_posix() if found else ""


def _check(setup: Setup, sandbox: Sandbox, tree: Tree, check: Check) -> Runner:
    """The command of *check*, judged by its exit code, and beside it the tests that the files of *tree* name."""
    from agent_ci.runners.several import Several

    command = _framework(setup, tree, check, command=check.typed)
    try:
        beside = _detected(setup, sandbox, tree)
    except (InfrastructureError, UnsupportedError):  # none that could get worse, as far as can be seen here
        return command
    others = beside if isinstance(beside, Several) else Several((beside,), {})
    return Several((command, *others.runners), {}, check.typed, others.without)


def _detected(setup: Setup, sandbox: Sandbox, tree: Tree) -> Runner:
    """What the files of *tree* say, of which several projects may be tested by different frameworks."""
    from agent_ci.core.frameworks import detection, django
    from agent_ci.core.paths import is_python_test
    from agent_ci.runners import installed
    from agent_ci.runners.several import Several

    paths = tree.paths()
    found: list[Runner] = []
    missing: list[str] = []
    if django.is_project(partial(_text, tree)):
        found.append(_django(setup, sandbox, tree, _Command()))
    elif any(is_python_test(path) for path in paths):
        try:
            found += [_pytest(setup, sandbox, tree, _Command(folder=folder)) for folder in _python_folders(tree)]
        except InfrastructureError as error:
            if not any("unittest" in _text(tree, path) for path in paths if is_python_test(path)):
                missing.append(str(error))
            else:
                found.append(_unittest(setup, sandbox, tree, _Command()))
    for project in detection.projects(paths, lambda path: _text(tree, path)):
        if lack := installed.lack(project, setup.settings.repository, setup.environment):
            missing.append(f"{project.framework.name} in {project.folder or 'the root'}: {lack}")
        else:
            found.append(_framework(setup, tree, project.framework, project.folder))
    if not found and missing:
        raise InfrastructureError(f"the tests cannot be run here: {'; '.join(missing)}")
    if not found:
        raise UnsupportedError(
            "no tests that this release can run were found; name the command that runs them with --run, and the "
            "reports it leaves with --report"
        )
    if len(found) == 1 and not missing:
        return found[0]
    return Several(tuple(found), {}, without="; ".join(missing))


def _python_folders(tree: Tree) -> tuple[str, ...]:
    from agent_ci.core.frameworks.python_projects import folders_of_tests

    return folders_of_tests(tree.paths(), partial(_text, tree))


@dataclass(frozen=True, slots=True)
class _Command:
    """What a command says of how Python's tests are run: by which interpreter, with what, and in which folder."""

    interpreter: str = ""
    arguments: tuple[str, ...] = ()
    folder: str = ""


def _pytest(setup: Setup, sandbox: Sandbox, tree: Tree, command: _Command) -> Runner:
    from agent_ci.core.package_managers import installing
    from agent_ci.runners.pytest import Pytest

    found, install = _interpreter(setup, sandbox, tree, command), installing(tree.paths(), "pytest", command.folder)
    return Pytest(found, command.arguments, install, command.folder)


def _unittest(setup: Setup, sandbox: Sandbox, tree: Tree, command: _Command, program: str = "") -> Runner:
    from agent_ci.core.package_managers import installing
    from agent_ci.runners.unittest import Unittest

    if command.folder:
        raise UsageError("tests of unittest are run from the root of the repository; have pytest run those of a folder")
    found = _interpreter(setup, sandbox, tree, command, needs_pytest=False)
    return Unittest(found, command.arguments, installing(tree.paths(), "unittest"), program)


def _django(setup: Setup, sandbox: Sandbox, tree: Tree, command: _Command) -> Runner:
    from agent_ci.core.frameworks.django import MANAGE

    return _unittest(setup, sandbox, tree, command, MANAGE)


def _interpreter(
    setup: Setup, sandbox: Sandbox, tree: Tree, command: _Command, *, needs_pytest: bool = True
) -> Interpreter:
    from agent_ci.runners.interpreters import find_interpreter

    root = setup.settings.repository / command.folder
    with sandbox.open(tree) as workspace:
        return find_interpreter(
            workspace,
            checkout=setup.settings.repository,
            environment=setup.environment,
            named=str(root / command.interpreter) if command.interpreter else "",
            own=python_of(sandbox.isolation.tier),
            needs_pytest=needs_pytest,
            folder=command.folder,
        )


def _framework(setup: Setup, tree: Tree, framework: Framework, folder: str = "", command: str = "") -> Runner:
    from agent_ci.core.package_managers import installing
    from agent_ci.runners.framework import FrameworkRunner

    install = installing(tree.paths(), framework.name, folder)
    return FrameworkRunner(framework, folder, setup.settings.repository, setup.environment, command, install)


def _text(tree: Tree, path: str, *, folder: str = "") -> str:
    try:
        return tree.read(f"{folder}/{path}" if folder else path).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--run {command!r} cannot be split into words: {error}") from error
    if not words:
        raise UsageError("--run is empty; name the command that runs the tests")
    return words
