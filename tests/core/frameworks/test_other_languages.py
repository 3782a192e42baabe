"""How the frameworks of the JVM, Ruby, PHP, C, Elixir, .NET and Swift are recognised, and what is started for them."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from agent_ci.core.frameworks.cmake import CTest
from agent_ci.core.frameworks.detection import of_command, projects
from agent_ci.core.frameworks.dotnet import DotNet, any_of
from agent_ci.core.frameworks.elixir import ExUnit
from agent_ci.core.frameworks.framework import Framework, Place
from agent_ci.core.frameworks.jvm import Gradle, Maven
from agent_ci.core.frameworks.php import PhpUnit
from agent_ci.core.frameworks.ruby import Minitest, Rspec
from agent_ci.core.frameworks.swift import Swift, pattern
from agent_ci.core.report import Status, TestCase

PLACE = Place(PurePosixPath("/copy"), PurePosixPath("/outbox"), environment={"HOME": "/home/ada"})

COMMANDS: dict[str, Framework | None] = {
    "mvn test": Maven(("test",)),
    "./mvnw -q clean verify -Pci": Maven(("-q", "verify", "-Pci"), "./mvnw"),
    "mvn compile": None,
    "gradle test": Gradle(("test",)),
    "./gradlew clean :shop:test --info": Gradle((":shop:test", "--info"), "./gradlew"),
    "./gradlew assemble": None,
    "bundle exec rspec spec/a_spec.rb --format json": Rspec(("spec/a_spec.rb", "--format", "json")),
    "bin/rails test": Minitest(),
    "bundle exec rake test": Minitest(),
    "rake": None,
    "vendor/bin/phpunit --testsuite unit": PhpUnit(("--testsuite", "unit")),
    "ctest --test-dir build -C Debug --output-junit=x -R unit": CTest(("-C", "Debug", "-R", "unit")),
    "cmake --build build": None,
    "mix test --seed 0": ExUnit(("--seed", "0")),
    "mix compile": None,
    "dotnet test --no-build -c Release": DotNet(("-c", "Release")),
    "dotnet build": None,
    "swift test": Swift(),
    "mypy src": None,
}


@pytest.mark.parametrize(("command", "framework"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_is_recognised(command: str, framework: Framework | None) -> None:
    assert of_command(tuple(command.split())) == framework


FILES = {
    "java/pom.xml": "<project><modules><module>module</module></modules></project>",
    "java/module/pom.xml": "<project/>",
    "kotlin/build.gradle.kts": "",
    "kotlin/gradlew": "",
    "ruby/Gemfile": "",
    "ruby/spec/a_spec.rb": "",
    "old/Rakefile": "",
    "old/test/test_a.rb": "",
    "php/composer.json": '{"require-dev": {"phpunit/phpunit": "^9"}}',
    "php/tests/ATest.php": "",
    "c/CMakeLists.txt": "project(a)\nenable_testing()\n",
    "c/part/CMakeLists.txt": "enable_testing()\n",
    "plain/CMakeLists.txt": "project(a)\n",
    "elixir/mix.exs": "",
    "elixir/test/a_test.exs": "",
    "dotnet/Shop/Shop.csproj": "<Project/>",
    "dotnet/Shop.Tests/Shop.Tests.csproj": '<PackageReference Include="Microsoft.NET.Test.Sdk" />',
    "swift/Package.swift": '.testTarget(name: "A")',
}


def test_projects_are_found_by_their_files_and_parts_belong_to_the_whole() -> None:
    found = {project.folder: project.framework for project in projects(FILES, FILES.__getitem__)}
    assert found == {
        "c": CTest(),
        "dotnet/Shop.Tests": DotNet(),
        "elixir": ExUnit(),
        "java": Maven(),
        "kotlin": Gradle(program="./gradlew"),
        "old": Minitest(),
        "php": PhpUnit(("tests",)),
        "ruby": Rspec(),
        "swift": Swift(),
    }


def test_maven_reads_what_the_job_downloaded_and_runs_the_wanted_methods() -> None:
    [step] = Maven().steps(PLACE, ("a.BTest::c(int)[1]", "a.BTest$In::größe", "a.DTest"))
    assert "-Dmaven.repo.local=/home/ada/.m2/repository" in step.argv
    assert "-Dtest=a.BTest#c,a.BTest$In#gr??e,a.DTest" in step.argv
    assert step.build_alone[-1] == "test-compile"


def test_gradle_is_told_what_to_run_by_a_variable_since_not_every_task_takes_it_as_an_option() -> None:
    [step] = Gradle(("build", "--tests", "a.*", "-x", "lint", "--tests=b")).steps(
        PLACE, ("a.BTest::c(int)[1]", "a.ä\nD")
    )
    assert step.argv[-3:] == ("build", "-x", "lint")
    assert step.environment["AGENT_CI_WANTED"] == "a.BTest.c\na.**D"
    [whole] = Gradle(("build", "--tests", "a.*")).steps(PLACE, ())
    assert (whole.argv[-3:], whole.environment["AGENT_CI_WANTED"]) == (("build", "--tests", "a.*"), "")


def test_gradle_runs_everything_where_a_variable_cannot_hold_what_is_wanted() -> None:
    [step] = Gradle().steps(PLACE, tuple(f"a.B{number}::{'c' * 100}" for number in range(1000)))
    assert step.environment["AGENT_CI_WANTED"] == ""


def test_a_test_of_dotnet_is_selected_by_its_method_and_by_what_nunit_calls_it() -> None:
    assert any_of(("Shop.MoneyTest::Half",)) == "FullyQualifiedName=Shop.MoneyTest.Half"
    assert any_of(("Shop.MoneyTest::Half(4,2)",)) == (
        r"FullyQualifiedName=Shop.MoneyTest.Half\(4,2\)|FullyQualifiedName=Shop.MoneyTest.Half"
    )
    build, run = DotNet().steps(PLACE, ("Shop.MoneyTest::Half",))
    assert (build.builds, run.reports) == (True, ("/outbox/trx/*.trx",))
    assert run.argv[-2:] == ("--filter", "FullyQualifiedName=Shop.MoneyTest.Half")
    assert run.environment["NUGET_PACKAGES"] == "/home/ada/.nuget/packages"


def test_ctest_runs_what_the_user_chose_and_a_selection_replaces_it() -> None:
    given = CTest(("-j", "2", "-R", "unit", "--tests-regex=x", "-E", "slow"))
    (_, whole), (_, some) = given.steps(PLACE, ()), given.steps(PLACE, ("a",))
    assert whole.argv[-9:-2] == given.arguments
    assert some.argv[-8:-2] == ("-j", "2", "-E", "slow", "--tests-regex", "^(a)$")


DOTNET = ("a.sln", "-c", "Release", "-p:X=1")
OF_TESTS = (
    "--collect:XPlat Code Coverage",
    "-s",
    "a.runsettings",
    "--blame-hang",
    "--blame-hang-timeout",
    "5m",
    "-v",
    "n",
)
OF_OURS = ("--logger", "trx;LogFileName=a.trx", "-l:console", "--results-directory", "mine", "--nologo")


def test_dotnet_builds_without_what_is_only_told_to_tests_and_is_told_nothing_twice() -> None:
    given = (*DOTNET, "--filter", "A", *OF_TESTS, *OF_OURS, "--", "RunConfiguration.MaxCpuCount=1")
    build, whole = (step.argv for step in DotNet(given).steps(PLACE, ()))
    _, some = (step.argv for step in DotNet(given).steps(PLACE, ("A::b",)))
    ours = ("--no-build", "--nologo", "--logger", "trx", "--results-directory", "/outbox/trx")
    assert build == ("dotnet", "build", *DOTNET, "--nologo", "-v", "quiet")
    assert whole == ("dotnet", "test", *DOTNET, "--filter", "A", *OF_TESTS, *ours, *given[-2:])
    assert some == ("dotnet", "test", *DOTNET, *OF_TESTS, *ours, "--filter", "FullyQualifiedName=A.b", *given[-2:])


def test_the_report_of_phpunit_is_ours_and_so_is_a_selection() -> None:
    given = PhpUnit(("--log-junit", "mine.xml", "--filter", "a", "tests", "--log-junit=b.xml"))
    [whole], [some] = given.steps(PLACE, ()), given.steps(PLACE, ("A::b",))
    assert whole.argv[-5:] == ("--filter", "a", "tests", "--log-junit", "/outbox/phpunit.xml")
    assert some.argv[-5:] == ("tests", "--filter", "/^(?:A\\:\\:b)$/s", "--log-junit", "/outbox/phpunit.xml")
    assert whole.build_alone[-4:] == ("--filter", "a", "tests", "--list-tests")


def test_swift_builds_what_it_tests_and_reports_where_we_say() -> None:
    shared = ("-c", "release", "-Xswiftc", "-DX")
    given = (
        *shared,
        "--xunit-output",
        "mine.xml",
        "--no-parallel",
        "--enable-code-coverage",
        "--filter",
        "A",
        "--skip",
        "B",
    )
    build, whole = (step.argv for step in Swift(given).steps(PLACE, ()))
    _, some = (step.argv for step in Swift(given).steps(PLACE, ("T.A::b",)))
    ours = ("--skip-build", "--skip-update", "--parallel", "--xunit-output", "/outbox/swift.xml")
    assert build == ("swift", "build", *shared, "--build-tests", "--skip-update")
    assert whole == ("swift", "test", *shared, "--filter", "A", "--skip", "B", *ours)
    assert some == ("swift", "test", *shared, "--skip", "B", *ours, "--filter", r"^T\.A/b$")


@pytest.mark.parametrize("name", ["Half", "Shop.MoneyTest.Half"])
def test_a_test_of_dotnet_has_its_class_in_its_id_once(name: str) -> None:
    case = TestCase("", Status.FAILED, classname="Shop.MoneyTest", name=name)
    assert DotNet().id_of(case, PLACE) == "Shop.MoneyTest::Half"


def test_a_test_of_swift_is_selected_by_a_pattern_that_matches_it_alone() -> None:
    assert pattern("ShopTests.MoneyTests::testHalf") == r"^ShopTests\.MoneyTests/testHalf$"
    assert pattern("ShopTests.MoneyTests") == r"^ShopTests\.MoneyTests/"
    build, run = Swift().steps(PLACE, ("ShopTests.MoneyTests::testHalf",))
    assert (build.builds, run.reports) == (True, ("/outbox/swift.xml",))
    assert run.argv[-2:] == ("--filter", r"^ShopTests\.MoneyTests/testHalf$")
