"""Tests in Java that Gradle runs and that are hard to select: parametrised, nested, in Unicode."""

from __future__ import annotations

from pathlib import Path

from agent_ci.core.frameworks.jvm import Gradle
from bench.selectors.ecosystem import Ecosystem, MissingToolError, by
from bench.selectors.maven import MONEY

_JARS = ("junit4.jar", "hamcrest-core.jar")
_PLACE = Path("/usr/share/java")  # where Debian's packages put them, as those of its Gradle do
BUILD = f"""apply plugin: 'java'

sourceCompatibility = 11
compileTestJava.options.encoding = 'UTF-8'
repositories {{ flatDir {{ dirs '{_PLACE}' }} }}
dependencies {{ testCompile name: 'junit4'; testCompile name: 'hamcrest-core' }}
"""
_TEST = """package shop;

import static org.junit.Assert.assertEquals;

import java.util.*;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;

public class MoneyTest {
    @Test
    public void half() {
        assertEquals(2, Money.half(4));
    }

    @Test
    public void halfOfNothing() {
        assertEquals(0, Money.half(0));
    }

    @Test
    public void größer() {
        assertEquals(3, Money.half(6));
    }

    public static class Small {
        @Test
        public void half() {
            assertEquals(1, Money.half(2));
        }
    }

    @RunWith(Parameterized.class)
    public static class Each {
        @Parameterized.Parameters(name = "{0} a/b::c $x")
        public static Collection<Object[]> all() {
            return Arrays.asList(new Object[][] {{2}, {0}, {8}});
        }

        @Parameterized.Parameter
        public int whole;

        @Test
        public void each() {
            assertEquals(whole / 2, Money.half(whole));
        }
    }
}
"""


def _prepare(_checkout: Path) -> None:
    for jar in _JARS:
        if not (_PLACE / jar).exists():
            raise MissingToolError(f"{_PLACE / jar} is not there; `apt install junit4` puts it there")


ECOSYSTEM = Ecosystem(
    "gradle",
    {"build.gradle": BUILD, "src/main/java/shop/Money.java": MONEY, "src/test/java/shop/MoneyTest.java": _TEST},
    (
        "shop.MoneyTest$Each::each[2 a/b::c $x]",
        "shop.MoneyTest$Each::each[8 a/b::c $x]",
        "shop.MoneyTest$Small::half",
        "shop.MoneyTest::größer",
        "shop.MoneyTest::half",
    ),
    by(Gradle(("build",))),
    programs=("gradle", "javac"),
    alone=0,
    version=("sh", "-c", "gradle --version | grep ^Gradle"),
    prepare=_prepare,
)
