"""Changes of what decides how tests run that let fewer of them run, or let a red one pass."""

from __future__ import annotations

from tests.core.review.weakened_tests import Edit

WEAKENED = {
    "settings: deselected": Edit(
        "pytest.ini",
        """
[pytest]
""",
        """
[pytest]
addopts = --deselect tests/test_a.py::test_b
""",
        "leaves tests out",
    ),
    "settings: fewer paths": Edit(
        "pytest.ini",
        """
[pytest]
testpaths = tests
""",
        """
[pytest]
testpaths = tests/unit
""",
        "testpaths",
    ),
    "settings: a lower threshold": Edit(
        "pyproject.toml",
        """
[tool.coverage.report]
fail_under = 90
""",
        """
[tool.coverage.report]
fail_under = 50
""",
        "fail_under",
    ),
    "settings: jest ignores": Edit(
        "jest.config.js",
        """
module.exports = {};
""",
        """
module.exports = {
  testPathIgnorePatterns: ['cart'],
};
""",
        "leaves tests out",
    ),
    "settings: a job may fail": Edit(
        ".github/workflows/ci.yml", "steps:\n  - run: pytest\n", "steps:\n  - run: pytest || true\n", "red test or job"
    ),
    "settings: a step goes on": Edit(
        ".gitlab-ci.yml",
        """
test:
  script: pytest
""",
        """
test:
  script: pytest
  allow_failure: true
""",
        "red test or job",
    ),
    "settings: warnings": Edit(
        "pytest.ini",
        """
[pytest]
""",
        """
[pytest]
filterwarnings =
    ignore::DeprecationWarning
""",
        "warnings",
    ),
    "settings: jest ignores more than what is built": Edit(
        "package.json",
        '{"jest": {}}\n',
        '{"jest": {"testPathIgnorePatterns": ["/node_modules/", "/orders/"]}}\n',
        "leaves tests out",
    ),
    "settings: jest loads a stand-in": Edit(
        "jest.config.ts",
        "export default { moduleNameMapper: { '^@/(.*)$': '<rootDir>/src/$1' } };\n",
        "export default { moduleNameMapper: {\n  '^@/(.*)$': '<rootDir>/src/$1',\n"
        "  'lib/rates$': './calm/rates.ts',\n} };\n",
        "`lib/rates$` is replaced by `./calm/rates.ts`",
        "mocked-subject",
    ),
    "settings: jest loads another stand-in": Edit(
        "package.json",
        '{"jest": {"moduleNameMapper": {"^api$": "<rootDir>/test/api.js"}}}\n',
        '{"jest": {"moduleNameMapper": {"^api$": "<rootDir>/test/easy.js"}}}\n',
        "easy.js",
        "mocked-subject",
    ),
}
