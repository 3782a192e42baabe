"""Tests of CTest that are hard to select: names within names, with every sign of a pattern, in Unicode."""

from __future__ import annotations

from agent_ci.core.frameworks.cmake import CTest
from bench.selectors.ecosystem import Ecosystem, by

MONEY = """#include <stdlib.h>

int half(int amount) {
    return amount / 3;
}

int main(int count, char **words) {
    return count < 3 || half(atoi(words[1])) != atoi(words[2]);
}
"""
_LISTS = """cmake_minimum_required(VERSION 3.21)
project(shop C)
enable_testing()
add_executable(money money.c)
add_test(NAME half COMMAND money 4 2)
add_test(NAME half_of_nothing COMMAND money 0 0)
add_test(NAME [==[a "name" with $HOME; (x|y) [z]* größer::w]==] COMMAND money 6 3)
add_test(NAME "half.of+two^" COMMAND money 6 3)
add_test(NAME "half-of+two^" COMMAND money 6 3)
add_test(NAME "-half" COMMAND money 6 3)
add_test(NAME "Half" COMMAND money 6 3)
"""
ECOSYSTEM = Ecosystem(
    "ctest",
    {"CMakeLists.txt": _LISTS, "money.c": MONEY},
    (
        "-half",
        "Half",
        'a "name" with $HOME; (x|y) [z]* größer::w',
        "half",
        "half-of+two^",
        "half.of+two^",
    ),
    by(CTest()),
    programs=("cmake", "ctest", "cc"),
    version=("ctest", "--version"),
)
