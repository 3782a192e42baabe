"""Java as text: functions, tests, what they claim, where they stand, and what could mislead a reader of text."""

from __future__ import annotations

import time

import pytest

from agent_ci.core.elsewhere.blocks import TestsText, taken_out
from agent_ci.core.elsewhere.claims import dependence, objection
from agent_ci.core.elsewhere.languages import JAVA, Function
from agent_ci.core.elsewhere.style import class_in, style_of
from agent_ci.core.elsewhere.targets import changed_code
from agent_ci.core.worth.provenance import Provenance

SOURCE = r'''package shop;

import java.util.*;

public final class Money<T extends Comparable<T>> {
    private static final String USE = """
        } int no(int a) { " \""" {
        """;
    private char brace = '{'; // int nothing() {

    public Money(int amount) throws IllegalStateException,
            RuntimeException {
        if (amount > 3) {
            new Thread(amount) { public void run() { stop(); } };
        } else if (half(amount)) {
            throw new IllegalStateException(USE) ;
        }
    }

    @Override
    @Deprecated(since = "1(2)") public <A> Map<String, List<A>> rates(final int a,
            Map<String, int[]> b) {
        return of(a) ;
    }

    private int[] half(int n) { return new int[n / 2]; }

    abstract int open(int n);

    enum Kind {
        ONE;

        boolean isOne() {
            return this == ONE;
        }
    }
}
'''


def test_methods_are_found_with_their_types_and_lines() -> None:
    assert JAVA.functions(SOURCE) == (
        Function("Money.Money", 11, 18),
        Function("Money.rates", 21, 24),
        Function("Money.half", 26, 26, is_public=False),
        Function("Money.Kind.isOne", 33, 35),
    )


def test_lines_of_types_annotations_and_tests_are_not_asked_for() -> None:
    lines = frozenset(range(1, 40))
    texts = {"src/main/java/shop/Money.java": SOURCE, "src/test/java/shop/MoneyTest.java": SOURCE}
    found = changed_code(dict.fromkeys(texts, lines), texts, JAVA)["src/main/java/shop/Money.java"]
    assert not found & {1, 3, 5, 18, 20, 30, 38}
    assert {13, 14, 16, 23, 26, 34} <= found


TESTS = """package shop;

class MoneyTest {
    @BeforeEach
    void setUp() {
    }

    /** Halves. */
    @Test
    @DisplayName("in {half}")
    void half() {
        assertEquals(2, Money.half(4));
    }

    // rows
    @ParameterizedTest @CsvSource({"1, 2", "(3, 4"})
    void doubles(int one, int two) throws Exception { assertEquals(two, Money.twice(one)); }

    @Nested
    class Inner {
        @Test void hidden() { assertEquals(2, Money.half(4)); }
    }
}
"""


def test_the_tests_of_a_class_are_found_with_their_rows() -> None:
    file = TestsText.read(TESTS, JAVA)
    where = "shop.MoneyTest::"
    ids = (f"{where}half", f"{where}doubles(int, int)[1]", f"{where}doubles{{int, int}}[2]", f"{where}halfway")
    assert {test.title: own for test, own in file.with_ids(ids).items()} == {"half": ids[:1], "doubles": ids[1:3]}
    assert file.strangers((*ids, "shop.MoneyTest$Inner::hidden")) == (ids[3], "shop.MoneyTest$Inner::hidden")


def test_a_file_with_a_second_type_has_no_tests_that_could_be_judged() -> None:
    assert not TestsText.read(
        f"{TESTS}\nclass OtherTest {{\n    @Test void a() {{ assertEquals(1, 2); }}\n}}\n", JAVA
    ).tests


def test_what_is_taken_out_goes_with_its_comments_and_its_annotations() -> None:
    file = TestsText.read(TESTS, JAVA)
    left = file.without([file.tests[0]])
    assert "Halves" not in left
    assert "DisplayName" not in left
    assert left.startswith(
        "package shop;\n\nclass MoneyTest {\n    @BeforeEach\n    void setUp() {\n    }\n\n    // rows\n"
    )
    marked = file.marked({file.tests[0]: Provenance("0123456789ab", "Money.half", (2,))})
    assert "    // agent-ci:0123456789ab Money.half\n    // line 2" in marked
    path = "src/test/java/shop/MoneyTest.java"
    assert taken_out({path: marked}, [path], "0123456789ab")[path].count("@Test") == 1


CLAIMS = {
    "assertEquals(2, half(4));": "",
    "assertThat(half(4)).isEqualTo(2);": "",
    "half(4);": "it asserts nothing",
    'String s = "assertEquals(2, half(4))";': "it asserts nothing",
    "assertTrue(true);": "what it asserts holds",
    "assertNotNull(half(4));": "what it asserts holds",
    "assertThat(half(4)).isNotNull();": "what it asserts holds",
    "assertEquals(two, two);": "what it asserts holds",
    "verify(till).open(4);": "it asserts only that its own mocks",
    "assumeTrue(is()); assertEquals(2, half(4));": "it is skipped",
    "Thread.sleep(9); assertEquals(2, half(4));": "it waits (Thread.sleep)",
    'new Socket("a", 1); assertEquals(2, half(4));': "it speaks to the network (new Socket)",
}


@pytest.mark.parametrize(("body", "reason"), CLAIMS.items())
def test_what_could_not_fail_is_told_by_its_text(body: str, reason: str) -> None:
    file = TestsText.read(f"class A {{\n    @Test\n    void a() {{ {body} }}\n}}\n", JAVA)
    found = objection(file.tests[0], file)
    assert found.startswith(reason) if reason else not found


def test_a_test_that_expects_an_exception_asserts_and_one_that_is_disabled_does_not_run() -> None:
    expects = TestsText.read("class A {\n    @Test(expected = Bad.class)\n    void a() { half(4); }\n}\n", JAVA)
    assert objection(expects.tests[0], expects) == ""
    disabled = TestsText.read("class A {\n    @Disabled\n    @Test\n    void a() { assertEquals(1, b()); }\n}\n", JAVA)
    assert objection(disabled.tests[0], disabled).startswith("it is skipped")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("assertEquals(2, LocalDate.now());", "it reads the clock"),
        ("assertEquals(2, System.nanoTime());", "it reads the clock"),
        ("assertEquals(2, new Random().nextInt());", "it depends on chance"),
        ("assertEquals(2, new Random(7).nextInt());", ""),
    ],
)
def test_what_depends_on_when_it_runs_is_told(body: str, reason: str) -> None:
    file = TestsText.read(f"class A {{\n    @Test\n    void a() {{ {body} }}\n}}\n", JAVA)
    assert dependence(file.tests[0], file).startswith(reason)
    assert bool(dependence(file.tests[0], file)) == bool(reason)


def test_tests_stand_in_the_package_below_the_tests_folder() -> None:
    path, tests = "core/src/main/java/shop/till/Money.java", "core/src/test/java/shop/till"
    texts = {path: "package shop.till;\n", f"{tests}/OtherTest.java": "package other;\n"}
    style = style_of(path, texts, JAVA, "maven")
    assert (style.path, style.module, style.nearest) == (
        f"{tests}/MoneyTest.java",
        "package shop.till",
        f"{tests}/OtherTest.java",
    )
    taken = {f"{tests}/MoneyTest.java": "", f"{tests}/MoneyAgentCiTest.java": ""}
    assert style_of(path, {**texts, **taken}, JAVA, "maven").path == f"{tests}/MoneyAgentCi_2Test.java"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/test/java/shop/MoneyTest.java", "shop.MoneyTest"),
        ("core/src/test/java/test/till/MoneyTest.java", "test.till.MoneyTest"),
        ("src/integrationTest/java/MoneyTest.java", "MoneyTest"),
        ("test/shop/MoneyTest.java", "shop.MoneyTest"),
        ("MoneyTest.java", "MoneyTest"),
    ],
)
def test_a_class_is_called_by_where_its_file_stands(path: str, name: str) -> None:
    assert class_in(path) == name


@pytest.mark.parametrize(
    "text",
    [
        "@A(" * 100_000,
        "public static " * 50_000,
        " " * 500_000 + "(",
        "a<" * 100_000,
        "class A { int f(" * 3_000,
        "(" * 200_000,
        '"""' * 100_001,
        "@A\n" * 50_000,
        "class A {\n" * 20_000,
    ],
)
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    started = time.process_time()
    JAVA.functions(text)
    assert TestsText.read(text, JAVA).tests == ()
    assert time.process_time() - started < 3.0
