"""Tests in Java that are hard to select: nested, parametrised, in Unicode, inherited, with names for people."""

from __future__ import annotations

from pathlib import Path

from agent_ci.core.frameworks.jvm import Maven
from bench.selectors.ecosystem import Ecosystem, MissingToolError, by

_PLUGINS = {"maven-resources-plugin": "3.3.1", "maven-compiler-plugin": "3.13.0", "maven-surefire-plugin": "3.2.5"}
_PLUGIN = "<plugin><artifactId>{}</artifactId><version>{}</version></plugin>"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>11</maven.compiler.source>
    <maven.compiler.target>11</maven.compiler.target>
    <argLine>-XX:TieredStopAtLevel=1 -XX:+UseSerialGC</argLine>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.10.2</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      {"".join(_PLUGIN.format(*plugin) for plugin in _PLUGINS.items())}
    </plugins>
  </build>
</project>
"""
MONEY = """package shop;

public final class Money {
    public static int half(int amount) {
        return amount / 3;
    }
}
"""
_TESTS = """package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

class MoneyTest {
    @Test
    void half() {
        assertEquals(2, Money.half(4));
    }

    @Test
    void halfOfNothing() {
        assertEquals(0, Money.half(0));
    }

    @Test
    void größer() {
        assertEquals(3, Money.half(6));
    }

    @Test
    void $dollar_1() {
        assertEquals(3, Money.half(6));
    }

    @DisplayName("a name, with $HOME, 'quotes' #1 * and half")
    @Test
    void shown() {
        assertEquals(3, Money.half(6), "it's <not> \\"so\\"");
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "0, 0", "8, 4"})
    void each(int whole, int half) {
        assertEquals(half, Money.half(whole));
    }

    @ParameterizedTest(name = "{0} a/b::c $x")
    @ValueSource(strings = {"*", "", "\\"q\\" "})
    void words(String word) {
        assertEquals(word.length(), Money.half(word.length() * 2));
    }

    @RepeatedTest(2)
    void again() {
        assertEquals(2, Money.half(4));
    }

    @Nested
    class Small {
        @Test
        void half() {
            assertEquals(1, Money.half(2));
        }

        @Nested
        class Smaller {
            @Test
            void half() {
                throw new IllegalStateException();
            }
        }
    }
}
"""
_REPOSITORY = Path.home() / ".m2/repository"
_DOWNLOADED = ("org/junit/jupiter/junit-jupiter/5.10.2", "org/apache/maven/plugins/maven-surefire-plugin/3.2.5")


def prepare(_checkout: Path) -> None:
    """See that what the project needs was downloaded. Raises MissingToolError: it is run without a network."""
    if missing := [place for place in _DOWNLOADED if not (_REPOSITORY / place).is_dir()]:
        raise MissingToolError(f"{_REPOSITORY / missing[0]} is not there; have Maven build such a project once")


ECOSYSTEM = Ecosystem(
    "maven surefire",
    {"pom.xml": POM, "src/main/java/shop/Money.java": MONEY, "src/test/java/shop/MoneyTest.java": _TESTS},
    (
        "shop.MoneyTest$Small$Smaller::half",
        "shop.MoneyTest$Small::half",
        "shop.MoneyTest::$dollar_1",
        "shop.MoneyTest::again",
        "shop.MoneyTest::again",
        "shop.MoneyTest::each(int, int)[1]",
        "shop.MoneyTest::each(int, int)[3]",
        "shop.MoneyTest::größer",
        "shop.MoneyTest::half",
        "shop.MoneyTest::shown",
        "shop.MoneyTest::words(String)[1]",
        "shop.MoneyTest::words(String)[3]",
    ),
    by(Maven()),
    programs=("mvn", "java"),
    alone=0,
    version=("sh", "-c", "mvn -B --version | sed -n s/.*Apache/Apache/p"),
    prepare=prepare,
)
