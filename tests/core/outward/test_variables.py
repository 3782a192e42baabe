"""No value of an output ends itself and begins another variable."""

from __future__ import annotations

import pytest

from agent_ci.core.outward.variables import assignment

DELIMITER = "q7Lr2VtXc9Bz0Kd5"


def read(content: str) -> dict[str, str]:
    """What the runner reads from a file of outputs: ``name=value`` lines, and values between delimiters."""
    variables: dict[str, str] = {}
    lines = iter(content.split("\n"))
    for line in lines:
        name, mark, delimiter = line.partition("<<")
        if mark and "=" not in name:
            value = iter(lambda: next(lines), delimiter)
            variables[name] = "\n".join(value)
        elif line:
            name, _, rest = line.partition("=")
            variables[name] = rest
    return variables


@pytest.mark.parametrize(
    "value",
    ["", "plain", "two\nlines", "\nEOF\nverified=true", "x\nverified<<EOF\ntrue\nEOF", "a=b", "ends\n", "\r\nq7Lr2V\r"],
)
def test_the_runner_reads_one_variable_with_the_value_that_was_written(value: str) -> None:
    assert read(assignment("outcome", value, delimiter=DELIMITER)) == {"outcome": value}


@pytest.mark.parametrize(
    ("name", "value", "delimiter", "sentence"),
    [
        ("outcome", f"x\n{DELIMITER}\nverified=true", DELIMITER, "holds NUL or its own delimiter"),
        ("outcome", "a\0b", DELIMITER, "holds NUL"),
        ("outcome", "x", "EOF", "shorter than 16"),
        ("outcome", "x", f"{DELIMITER}\n", "shorter than 16"),
        ("a=b", "x", DELIMITER, "no name of a variable"),
        ("a\nb", "x", DELIMITER, "no name of a variable"),
        ("", "x", DELIMITER, "no name of a variable"),
    ],
    ids=["the delimiter", "NUL", "a guess", "a line end", "an equals sign", "two lines", "no name"],
)
def test_what_could_become_another_variable_is_refused(name: str, value: str, delimiter: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        assignment(name, value, delimiter=delimiter)
