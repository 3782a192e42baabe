"""Knows how Maven and Gradle run the tests of the JVM, and select one of them by its class and its method."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.homes import gradle_home, maven_wrapper, of_maven
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options
from agent_ci.core.report import TestCase

_PLAIN = re.compile(r"[A-Za-z0-9_$.]")
_JUNIT_4 = re.compile(r"[\w$]+\[.*\]", re.DOTALL)
_INVOCATION = re.compile(r"(?P<method>[^({\[]+)[({].*\[(?P<number>\d+)\]", re.DOTALL)
JVM_KIT = "junit_kit"
"""The folder of our code that runs in, or beside, the JVM of the tests."""

METHOD = re.compile(r"[\w$]+([({\[].*)?", re.DOTALL)
"""The name of a case that tells its method; anything else is a name for people."""

_MODULE = re.compile(r"<module>\s*([^<]*?)\s*</module>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_PHASES = frozenset({"test", "package", "verify", "install", "integration-test"})
# Those of the machine may hold passwords, and are not shown to the code; Maven fails where it may not read them.
_SETTINGS = {"--global-settings": "settings", "--global-toolchains": "toolchains"}


def _id(case: TestCase) -> str:
    return f"{case.classname}::{case.name}" if case.classname and case.name else case.id


def method_of(name: str) -> str:
    """The method of a case's *name*, with what JUnit 4 puts in brackets behind it, and without what JUnit 5 does."""
    return name if _JUNIT_4.fullmatch(name) else re.split(r"[({\[]", name, maxsplit=1)[0]


def _wild(name: str, any_: str = "?") -> str:
    """*name* as a pattern that means it: what a pattern or another encoding could read otherwise is *any_* sign."""
    return "".join(sign if _PLAIN.match(sign) else any_ for sign in name)


@dataclass(frozen=True, slots=True)
class Maven:
    """https://maven.apache.org/surefire/maven-surefire-plugin/examples/single-test.html; *arguments* are the user's.

    An id is ``CLASS::METHOD``, with the parameters and the number that Surefire puts behind a parametrised one.
    Surefire selects no single invocation of JUnit 5: an extension of ours, compiled for the selection, leaves out the
    others; where it cannot be compiled all are run. A class that several modules have under one name is run in each.
    """

    arguments: tuple[str, ...] = ("test",)
    program: str = "mvn"
    name = "maven"

    @property
    def command(self) -> tuple[str, ...]:
        """With the phase that the user named."""
        return (self.program, *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Compile and run all tests or some; modules after one with a red test are run as well."""
        around = _java(place.environment, "MAVEN_OPTS")
        options = tuple(word for word in self.arguments if word not in _PHASES)
        phase = next((word for word in self.arguments if word in _PHASES), "test")
        own = tuple(word for option, name in _SETTINGS.items() for word in (option, f"{place.desk}/{name}.xml"))
        start = (
            self.program,
            "-o",
            "-B",
            "-ntp",
            "-Dstyle.color=never",
            *own,
            *of_maven(place.environment),
            *options,
        )
        reports = tuple(f"**/target/{kind}-reports/TEST-*.xml" for kind in ("surefire", "failsafe"))
        run = (*start, "-Dmaven.test.failure.ignore=true", *_selection(only), phase)
        compiles = (*start, "test-compile")
        files = {f"{name}.xml": f"<{name}/>\n" for name in _SETTINGS.values()}
        kit = ""
        if invocations := _invocations(only):
            kit, told = JVM_KIT, f"{place.desk}/only.txt"
            files["only.txt"] = invocations
            home = place.environment.get("HOME", "")
            run = ("sh", f"{place.desk}/{kit}/start.sh", f"{home}/.m2/repository", *run, f"-Dagent_ci.only={told}")
        return (Step(run, reports, builds=True, build_alone=compiles, kit=kit, files=files, environment=around),)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The class and the name as Surefire writes them."""
        return _id(case)


def _selection(only: tuple[str, ...]) -> tuple[str, ...]:
    if not only:
        return ()
    methods = dict.fromkeys((class_, method_of(name)) for class_, _, name in (id_.partition("::") for id_ in only))
    chosen = ",".join(f"{_wild(class_)}#{_wild(method)}" if method else _wild(class_) for class_, method in methods)
    several = ("-Dsurefire.failIfNoSpecifiedTests=false", "-DfailIfNoTests=false")
    return (f"-Dtest={chosen}", f"-Dit.test={chosen}", "-Dfailsafe.failIfNoSpecifiedTests=false", *several)


def _invocations(only: tuple[str, ...]) -> str:
    """A line ``CLASS::METHOD#NUMBER`` for each wanted invocation; a method that is wanted as a whole has none."""
    found = [match for id_ in only if (match := _INVOCATION.fullmatch(id_))]
    whole = {id_ for id_ in only if not _INVOCATION.fullmatch(id_)}
    return "".join(f"{match['method']}#{match['number']}\n" for match in found if match["method"] not in whole)


def _java(job: Mapping[str, str], options: str) -> Mapping[str, str]:
    """For the process of the build tool, which lives for seconds: no time is spent on compiling it well."""
    given = (job.get(options, ""), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    return {options: " ".join(filter(None, given)), **maven_wrapper(job)}


# A task that runs no tests takes no --tests: what is wanted, a pattern a line, is told to those that do.
_WANTED = "AGENT_CI_WANTED"
_MOST = 100_000  # bytes; the kernel takes no longer variable than 128 KiB, and then everything is run
_INIT = """def wanted = (System.getenv('AGENT_CI_WANTED') ?: '').readLines()
def counted = System.getenv('AGENT_CI_JVM')
allprojects {
    afterEvaluate {
        tasks.withType(Test) {
            ignoreFailures = true
            outputs.upToDateWhen { false }
            if (counted) {
                jvmArgs counted
                if (extensions.findByName('jacoco')) { jacoco.enabled = false }
            }
            filter {
                failOnNoMatchingTests = false
                if (wanted) { setIncludePatterns(wanted as String[]) }
            }
        }
    }
}
"""
# The wrapper would lock the folder of what it downloaded, and that cannot be written: what it started before is found.
_START = """told=gradle/wrapper/gradle-wrapper.properties
name=$(sed -n 's|^distributionUrl=.*/\\(.*\\)[.]zip.*$|\\1|p' "$told" 2>/dev/null)
for found in "$1"/wrapper/dists/"${name:-none}"/*/*/bin/gradle; do
    if [ -x "$found" ]; then shift; exec "$found" "$@"; fi
done
shift
exec gradle "$@"
"""


_GRADLE = Options(frozenset({"--tests"}))


@dataclass(frozen=True, slots=True)
class Gradle:
    """https://docs.gradle.org/current/userguide/java_testing.html#test_filtering; *arguments* are the user's.

    An id is ``CLASS::NAME``. A parametrised case is selected by its method, and the others left out of the report.
    A selection replaces what the build itself chooses to run.
    """

    arguments: tuple[str, ...] = ("test",)
    program: str = "gradle"
    name = "gradle"

    @property
    def command(self) -> tuple[str, ...]:
        """With the tasks that the user named."""
        return (self.program, *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Compile and run all tests or some, also after a red one and in projects that have none of them."""
        init = f"{place.desk}/agent-ci.gradle"
        home = f"{place.outbox}/gradle"
        kept = gradle_home(place.environment)
        start = ("sh", "-c", _START, "sh", kept, "--offline", "--no-daemon", "--console=plain", "--continue")
        around = {**_java(place.environment, "GRADLE_OPTS"), "GRADLE_RO_DEP_CACHE": f"{kept}/caches"}
        common = (*start, "--init-script", init, "--gradle-user-home", home)
        wanted = "\n".join(dict.fromkeys(map(_gradle_pattern, only)))
        step = Step(
            (*common, *(_GRADLE.without(self.arguments, frozenset({"--tests"})) if only else self.arguments)),
            ("**/build/test-results/**/TEST-*.xml",),
            builds=True,
            build_alone=(*common, "testClasses"),
            files={"agent-ci.gradle": _INIT},
            environment={**around, _WANTED: wanted if len(wanted.encode()) <= _MOST else ""},
        )
        return (step,)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The class and the name; Gradle writes the brackets of a method without parameters."""
        return _id(case).removesuffix("()")


def _gradle_pattern(id_: str) -> str:
    """Class and method with a star for what could be read otherwise: Gradle has no sign for any one sign.

    JUnit 5 has a name for people reported where there is one, from which the method cannot be told: the class then.
    """
    class_, _, name = id_.partition("::")
    method = _wild(method_of(name), "*") if METHOD.fullmatch(name) else ""
    return ".".join(filter(None, (_wild(class_, "*"), method)))


def _is_wrapped(manifest: Manifest, wrapper: str) -> bool:
    return wrapper in manifest.files


def _found_maven(manifest: Manifest) -> Maven | None:
    return Maven(program="./mvnw" if _is_wrapped(manifest, "mvnw") else "mvn")


def _found_gradle(manifest: Manifest) -> Gradle | None:
    return Gradle(program="./gradlew" if _is_wrapped(manifest, "gradlew") else "gradle")


def _read_maven(words: tuple[str, ...]) -> Maven | None:
    """``mvn`` or its wrapper where a phase that runs tests is named."""
    rest = after(words, ("mvn",), ("./mvnw",), ("mvnw",), ("mvnd",))
    if rest is None or _PHASES.isdisjoint(rest):
        return None
    return Maven(tuple(word for word in rest if word not in ("clean", "-o", "--offline")), words[0])


def _read_gradle(words: tuple[str, ...]) -> Gradle | None:
    rest = after(words, ("gradle",), ("./gradlew",), ("gradlew",))
    tasks = [word for word in rest or () if not word.startswith("-")]
    if rest is None or not any(re.search(r"(^|:)(\w*[tT]est|check|build)$", task) for task in tasks):
        return None
    return Gradle(tuple(word for word in rest if word not in ("clean", "--offline", "--daemon")), words[0])


def _maven_holds(outer: Manifest, folder: str, inner: Manifest) -> bool:
    """Whether a module that *outer* names, in whatever profile, is the folder or above it: Maven runs no others."""
    del inner
    named = (PurePosixPath(module) for module in _MODULE.findall(_COMMENT.sub("", outer.text)))
    folders = (path.parent if path.name == "pom.xml" else path for path in named)
    return any(PurePosixPath(folder).is_relative_to(path) for path in folders)


def _gradle_holds(outer: Manifest, folder: str, inner: Manifest) -> bool:
    """Whether the folder has no settings of its own: with them it is a build of its own, also where it is included."""
    del outer, folder
    return not any(name.startswith("settings.gradle") for name in (inner.name, *inner.files))


MAVEN = Kind("maven", ("pom.xml",), _found_maven, _read_maven, programs=("mvn", "java"), holds=_maven_holds)
GRADLE = Kind(
    "gradle",
    ("settings.gradle", "settings.gradle.kts", "build.gradle", "build.gradle.kts"),
    _found_gradle,
    _read_gradle,
    programs=("gradle", "java"),
    holds=_gradle_holds,
)
