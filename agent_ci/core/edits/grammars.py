"""What the languages that are edited by their syntax call their parts, and which of their words come in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language as tree-sitter parses it: ``factory`` of the module ``package`` gives its grammar.

    The sets hold types of nodes. ``bindings`` are the types of parents, each with the field, or "" for none, in which
    an identifier is bound and not used, ``fields`` those of them that every function of the file sees; ``passed`` are
    types of parents in which nothing is edited. ``twins`` are words of which one is often written for the other,
    ``empty`` the values that a guard may return.
    """

    package: str
    factory: str
    endings: tuple[str, ...]
    functions: frozenset[str]
    statements: frozenset[str]
    blocks: frozenset[str]
    bindings: frozenset[tuple[str, str]]
    passed: frozenset[str]
    integers: frozenset[str]
    strings: frozenset[str]
    empty: tuple[str, ...]
    absent: str
    ends_statements: str = ""
    brackets: tuple[str, str] = ("(", ")")
    fields: frozenset[tuple[str, str]] = frozenset()
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)


def _twins(*groups: str) -> Mapping[str, tuple[str, ...]]:
    """Each word with those of its group."""
    words = [group.split() for group in groups]
    found: dict[str, tuple[str, ...]] = {}
    for group in words:
        for word in group:
            found[word] = (*found.get(word, ()), *(other for other in group if other != word))
    return MappingProxyType(found)


JAVASCRIPT = Grammar(
    "tree_sitter_javascript",
    "language",
    (".js", ".jsx", ".mjs", ".cjs"),
    functions=frozenset({
        "function_declaration", "function_expression", "arrow_function", "method_definition",
        "generator_function", "generator_function_declaration",
    }),
    statements=frozenset({
        "expression_statement", "return_statement", "if_statement", "for_statement", "for_in_statement",
        "while_statement", "do_statement", "lexical_declaration", "variable_declaration", "throw_statement",
        "switch_statement", "break_statement", "continue_statement", "try_statement",
    }),
    blocks=frozenset({"statement_block", "program", "switch_case", "switch_default"}),
    bindings=frozenset({
        ("variable_declarator", "name"), ("formal_parameters", ""), ("arrow_function", "parameter"),
        ("required_parameter", "pattern"), ("optional_parameter", "pattern"), ("for_in_statement", "left"),
        ("assignment_pattern", "left"), ("array_pattern", ""), ("catch_clause", "parameter"), ("rest_pattern", ""),
        ("function_declaration", "name"), ("class_declaration", "name"), ("object_pattern", ""),
    }),
    passed=frozenset({"import_statement", "type_annotation", "type_arguments", "interface_declaration"}),
    integers=frozenset({"number"}),
    strings=frozenset({"string"}),
    empty=("null", "''", "[]", "0", "false", "undefined", "{}"),
    absent="!{}",
    ends_statements=";",
    twins=_twins(
        "push unshift", "pop shift", "trimStart trimEnd", "toUpperCase toLowerCase", "indexOf lastIndexOf", "min max",
        "startsWith endsWith", "floor ceil round trunc", "some every", "find findLast", "padStart padEnd",
        "keys values entries", "parseInt parseFloat", "slice splice", "replace replaceAll", "add delete",
        "test exec", "includes indexOf", "length size", "reduce reduceRight", "resolve reject", "sort toSorted",
        "getFullYear getYear", "getDay getDate", "call apply", "isNaN isFinite", "all race", "sin cos",
        "null undefined",
    ),
)  # fmt: skip
TYPESCRIPT = replace(
    JAVASCRIPT,
    package="tree_sitter_typescript",
    factory="language_typescript",
    endings=(".ts", ".mts", ".cts"),
    passed=JAVASCRIPT.passed | {"type_alias_declaration", "type_parameters", "enum_declaration"},
)
TSX = replace(TYPESCRIPT, factory="language_tsx", endings=(".tsx",))
GO = Grammar(
    "tree_sitter_go",
    "language",
    (".go",),
    functions=frozenset({"function_declaration", "method_declaration", "func_literal"}),
    statements=frozenset({
        "expression_statement", "return_statement", "if_statement", "for_statement", "assignment_statement",
        "short_var_declaration", "var_declaration", "const_declaration", "inc_statement", "dec_statement",
        "break_statement", "continue_statement", "expression_switch_statement", "go_statement", "defer_statement",
        "send_statement",
    }),
    blocks=frozenset({"statement_list", "block"}),
    bindings=frozenset({
        ("parameter_declaration", "name"), ("variadic_parameter_declaration", "name"),
        ("short_var_declaration", "left"), ("range_clause", "left"), ("var_spec", "name"), ("const_spec", "name"),
        ("function_declaration", "name"), ("keyed_element", ""), ("literal_element", "key"),
    }),
    passed=frozenset({"import_declaration", "package_clause", "type_declaration", "parameter_list"}),
    integers=frozenset({"int_literal", "float_literal"}),
    strings=frozenset({"interpreted_string_literal"}),
    empty=("0", '""', "nil", "false"),
    absent="{} == nil",
    brackets=("", ""),
    twins=_twins(
        "HasPrefix HasSuffix", "TrimPrefix TrimSuffix", "TrimLeft TrimRight", "ToUpper ToLower", "Index LastIndex",
        "Min Max", "min max", "Floor Ceil Round Trunc", "Lock Unlock", "RLock RUnlock", "Before After", "Fields Split",
        "Contains ContainsAny", "Replace ReplaceAll", "Split SplitN", "Trim TrimSpace", "Add Sub", "len cap",
        "Print Println", "Sin Cos", "Seconds Minutes Hours Milliseconds", "Read ReadAll", "Done Add", "IsUpper IsLower",
        "IsDigit IsLetter", "Atoi Itoa", "Year Month Day YearDay",
    ),
)  # fmt: skip

JAVA = Grammar(
    "tree_sitter_java",
    "language",
    (".java",),
    functions=frozenset({
        "method_declaration", "constructor_declaration", "compact_constructor_declaration", "lambda_expression",
    }),
    statements=frozenset({
        "expression_statement", "return_statement", "if_statement", "for_statement", "enhanced_for_statement",
        "while_statement", "do_statement", "local_variable_declaration", "field_declaration", "throw_statement",
        "switch_expression", "break_statement", "continue_statement", "try_statement", "yield_statement",
        "assert_statement",
    }),
    blocks=frozenset({"block", "constructor_body", "switch_block_statement_group"}),
    bindings=frozenset({
        ("variable_declarator", "name"), ("formal_parameter", "name"), ("enhanced_for_statement", "name"),
        ("inferred_parameters", ""), ("lambda_expression", "parameters"), ("catch_formal_parameter", "name"),
        ("method_declaration", "name"), ("constructor_declaration", "name"), ("class_declaration", "name"),
        ("compact_constructor_declaration", "name"), ("record_declaration", "name"), ("enum_declaration", "name"),
        ("interface_declaration", "name"), ("resource", "name"), ("instanceof_expression", "name"),
        ("enum_constant", "name"), ("labeled_statement", ""),
    }),
    passed=frozenset({
        "import_declaration", "package_declaration", "modifiers", "type_arguments", "type_parameters", "superclass",
        "super_interfaces", "throws", "catch_type", "annotation_type_declaration",
    }),
    integers=frozenset({"decimal_integer_literal", "decimal_floating_point_literal"}),
    strings=frozenset({"string_literal"}),
    empty=("null", '""', "0", "false", "List.of()"),
    absent="{} == null",
    ends_statements=";",
    fields=frozenset({("variable_declarator", "name")}),
    twins=_twins(
        "toUpperCase toLowerCase", "indexOf lastIndexOf", "min max", "startsWith endsWith", "floor ceil round rint",
        "anyMatch allMatch noneMatch", "isBefore isAfter", "addFirst addLast", "removeFirst removeLast",
        "getFirst getLast", "pollFirst pollLast", "peekFirst peekLast", "first last", "floorKey ceilingKey",
        "lowerKey higherKey", "floor lower", "ceiling higher", "headMap tailMap", "headSet tailSet", "trim strip",
        "stripLeading stripTrailing", "equals equalsIgnoreCase", "contains startsWith", "isEmpty isBlank",
        "replaceAll replaceFirst", "findFirst findAny", "isDigit isLetter", "isUpperCase isLowerCase",
        "keySet values entrySet", "getKey getValue", "put putIfAbsent", "add remove", "plus minus",
        "plusDays minusDays", "naturalOrder reverseOrder", "skip limit", "HashMap LinkedHashMap TreeMap",
        "HashSet LinkedHashSet TreeSet", "sin cos", "containsKey containsValue", "push addLast", "poll pollLast",
        "union intersection", "offer push", "addAll retainAll removeAll", "MIN_VALUE MAX_VALUE",
    ),
)  # fmt: skip

_ALL = (JAVASCRIPT, TYPESCRIPT, TSX, GO, JAVA)


def grammar_of(path: str) -> Grammar | None:
    """The grammar of the file at *path*, by its name; None for another language, and for declarations alone."""
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return None
    return next((grammar for grammar in _ALL if path.endswith(grammar.endings)), None)
