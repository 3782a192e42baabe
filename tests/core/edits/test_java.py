from __future__ import annotations

import pytest

from agent_ci.core.edits.hints import read_hints
from agent_ci.core.edits.suspicion import reached
from tests.core.edits.test_operators import edits, read

HEAD = "package p;\n\nimport java.util.List;\n\nfinal class A {\n    private int first;\n    private int count;\n\n"


def java(body: str, type_: str = "int") -> str:
    return f"{HEAD}    {type_} f(int a, int b, String s) {{\n        {body}\n    }}\n}}\n"


MADE = {
    "comparison": ("return a < b ? 1 : 2;", "return a <= b ? 1 : 2;"),
    "arithmetic": ("return a - b;", "return a + b;"),
    "augmented": ("a = b; return a;", "a += b; return a;"),
    "connective": ("if (a > 1 && b > 1) { return 1; } return 0;", "if (a > 1 || b > 1) { return 1; } return 0;"),
    "integer": ("return s.charAt(1);", "return s.charAt(0);"),
    "twin": ("s.toUpperCase(); return 0;", "s.toLowerCase(); return 0;"),
    "argument_order": ("return f(a, b, s);", "return f(b, a, s);"),
    "variable": ("return first;", "return count;"),
    "off_by_one": ("int last = s.length(); return last;", "int last = s.length() - 1; return last;"),
    "value_equality": ("if (s == null || s == name()) { return 1; } return 0;",
                       "if (s == null || s.equals(name())) { return 1; } return 0;"),
    "wider_number": ("return a / b;", "return (double) a / b;"),
    "exchanged_names": ("return Math.min(first << a, b);", "return Math.min(first << b, a);"),
    "sibling_function": ("return g(a); } int g(int x) { return x; } int h(int x) { return -x;",
                         "return h(a); } int g(int x) { return x; } int h(int x) { return -x;"),
    "attribute": ("return s.length() + s.indexOf(a);", "return s.indexOf() + s.indexOf(a);"),
}  # fmt: skip


@pytest.mark.parametrize(("operator", "bodies"), MADE.items(), ids=MADE)
def test_an_operator_makes_its_edit_in_java(operator: str, bodies: tuple[str, str]) -> None:
    made = edits("A.java", java(bodies[0]))

    assert made[java(bodies[1])].operator == operator


def test_what_has_no_equals_in_java_is_not_asked_for_it() -> None:
    made = edits("A.java", java("return a == 1 || s == null ? 1 : 0;"))

    assert not [text for text in made if "equals" in text]


def test_what_the_jvm_says_was_nothing_gets_a_guard_and_no_other_name_does() -> None:
    message = 'java.lang.NullPointerException: Cannot invoke "String.trim()" because "s" is null'
    hints = read_hints([message], ['assertEquals("none", f(null));'], [("A.java", 10)])
    body = "return s.trim() + List.of(name.trim());"

    made = edits("A.java", java(body, "String"), hints)

    assert java(f'if (s == null) {{\n            return "none";\n        }}\n        {body}', "String") in made
    assert not [text for text in made if "name == null" in text]


def test_a_condition_asks_first_whether_there_is_anything() -> None:
    message = 'java.lang.NullPointerException: Cannot invoke "String.isEmpty()" because "s" is null'
    hints = read_hints([message], [], [("A.java", 10)])

    made = edits("A.java", java("if (s.isEmpty()) { return 1; } return 0;"), hints)

    assert java("if (s != null && s.isEmpty()) { return 1; } return 0;") in made
    assert java("if (s == null || s.isEmpty()) { return 1; } return 0;") in made


def test_types_imports_and_annotations_are_left_alone_in_java() -> None:
    text = "package p;\n\nimport java.util.HashMap;\n\n@Named(1)\nclass A<T extends B> {}\n"

    assert not edits("A.java", text)


def test_a_method_of_java_has_its_name() -> None:
    file = read("A.java", java("return a;"))

    assert {file.name_of(spot) for spot in file.spots if spot.type in file.grammar.functions} == {"f"}


def test_classes_of_java_are_found_by_their_names_without_an_import() -> None:
    texts = {
        "t/shop/CartTest.java": "class CartTest { Cart cart; }",
        "m/shop/Cart.java": "class Cart { Money money; }",
        "m/shop/Money.java": "class Money {}",
        "m/shop/Other.java": "class Other {}",
    }

    assert reached(["t/shop/CartTest.java"], [], texts)[1:] == ("m/shop/Cart.java", "m/shop/Money.java")
