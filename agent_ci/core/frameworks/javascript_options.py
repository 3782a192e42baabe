"""Knows which options of jest, vitest, mocha and playwright have values, choose among the tests, or are ours to set."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_ci.core.frameworks.options import Options


@dataclass(frozen=True, slots=True)
class Habits:
    """How one program is started: a selection replaces what ``chooses``, and what is ``left_out`` is in no run of ours.

    Left out is what waits for changes of files, what asks git for them, which is not in a copy, and the user's report.
    """

    options: Options
    chooses: frozenset[str]
    left_out: frozenset[str]


def _either(*names: str) -> frozenset[str]:
    """*names*, also with a dash in front of each word as the parsers of jest and vitest take them."""
    return frozenset(names) | {re.sub("(?<=[a-z])[A-Z]", lambda sign: f"-{sign[0].lower()}", name) for name in names}


# https://jestjs.io/docs/cli; "args.ts" of jest-cli says which are strings and which are lists.
JEST = Habits(
    Options(
        _either(
            *("-c", "--config", "-w", "--maxWorkers", "-t", "--testNamePattern", "--env", "--testEnvironment"),
            *("--cacheDirectory", "--changedSince", "--collectCoverageFrom", "--coverageDirectory", "--preset"),
            *("--coverageProvider", "--coverageThreshold", "--filter", "--globalSetup", "--globalTeardown"),
            *("--globals", "--haste", "--maxConcurrency", "--moduleNameMapper", "--notifyMode", "--outputFile"),
            *("--openHandlesTimeout", "--prettierPath", "--resolver", "--rootDir", "--runner", "--seed", "--shard"),
            *("--testEnvironmentOptions", "--testFailureExitCode", "--testResultsProcessor", "--testRunner"),
            *("--testSequencer", "--testTimeout", "--transform", "--workerGracefulExitTimeout"),
        ),
        _either(
            *("--coveragePathIgnorePatterns", "--coverageReporters", "--ignoreProjects", "--moduleDirectories"),
            *("--moduleFileExtensions", "--modulePathIgnorePatterns", "--modulePaths", "--projects", "--reporters"),
            *("--roots", "--selectProjects", "--setupFiles", "--setupFilesAfterEnv", "--snapshotSerializers"),
            *("--testMatch", "--testPathIgnorePatterns", "--testPathPattern", "--testPathPatterns", "--testRegex"),
            *("--transformIgnorePatterns", "--unmockedModulePathPatterns", "--watchPathIgnorePatterns"),
        ),
    ),
    _either(
        *("-t", "--testNamePattern", "--shard", "-f", "--onlyFailures", "--findRelatedTests", "--runTestsByPath"),
        *("--testPathPattern", "--testPathPatterns"),
    ),
    _either(
        *("--watch", "--watchAll", "-o", "--onlyChanged", "--lastCommit", "--changedSince"),
        *("--changedFilesWithAncestor", "--outputFile"),
    ),
)
# https://vitest.dev/guide/cli
_OUTPUT = ("--reporter", "--outputFile", "--outputFile.json", "--outputFile.junit", "--outputFile.html")
VITEST = Habits(
    Options(
        _either(
            *("-r", "--root", "-c", "--config", "-u", "--update", "-t", "--testNamePattern", "--dir", "--api"),
            *("--silent", *_OUTPUT, "--mode", "--pool", "--execArgv", "--vmMemoryLimit", "--maxWorkers"),
            *("--minWorkers", "--environment", "--shard", "--changed", "--sequence.seed", "--sequence.hooks"),
            *("--testTimeout", "--hookTimeout", "--teardownTimeout", "--bail", "--retry", "--repeats", "--diff"),
            *("--exclude", "-p", "--project", "--slowTestThreshold", "--maxConcurrency", "--configLoader"),
            *("--tagsFilter", "--typecheck.tsconfig", "--typecheck.checker", "--browser.name", "--browser.provider"),
            *(f"--coverage.{name}" for name in ("provider", "include", "exclude", "reporter", "reportsDirectory")),
            *(f"--coverage.thresholds.{name}" for name in ("lines", "functions", "branches", "statements")),
        )
    ),
    _either("-t", "--testNamePattern", "--shard", "--lastFailed", "--sinceLastRun"),
    _either("-w", "--watch", "--ui", "--changed", *_OUTPUT),
)
# https://mochajs.org/running/cli/; "run-option-metadata.cjs" of mocha says which have values: one each.
_OF_MOCHA = frozenset({
    "--config", "--package", "-r", "--require", "--import", "--loader", "-u", "--ui", "-t", "--timeout", "--timeouts",
    "-s", "--slow", "--retries", "-j", "--jobs", "-n", "--node-option", "--extension", "--file", "--global",
    "--globals", "--ignore", "--exclude", "--spec", "-g", "--grep", "-f", "--fgrep", "-R", "--reporter", "-O",
    "--reporter-option", "--reporter-options", "--watch-files", "--watch-ignore",
})  # fmt: skip
MOCHA = Habits(
    Options(_OF_MOCHA),
    frozenset({"-g", "--grep", "-f", "--fgrep", "-i", "--invert", "--spec"}),
    frozenset({"-w", "--watch", "-R", "--reporter", "-O", "--reporter-option", "--reporter-options"}),
)
# https://playwright.dev/docs/test-cli
_OF_PLAYWRIGHT = frozenset({
    "-c", "--config", "-j", "--workers", "--timeout", "--global-timeout", "--retries", "--repeat-each",
    "--add-reporter", "--browser", "-g", "--grep", "-G", "-gv", "--grep-invert", "--last-failed-file",
    "--max-failures", "--output", "--only-changed", "--reporter", "--shard", "--shuffle", "--test-list",
    "--test-list-invert", "--trace", "--tsconfig", "--ui-host", "--ui-port", "-u", "--update-snapshots",
    "--update-source-method",
})  # fmt: skip
PLAYWRIGHT = Habits(
    Options(_OF_PLAYWRIGHT, frozenset({"--project"})),
    frozenset({"-g", "--grep", "--shard", "--last-failed", "--test-list", "--project"}),
    frozenset({"--ui", "--ui-host", "--ui-port", "--only-changed", "--reporter"}),
)
