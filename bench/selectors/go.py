"""Tests in Go that are hard to select: tables with odd names, subtests of subtests, one name in two packages."""

from __future__ import annotations

from agent_ci.core.frameworks.go import Go
from bench.selectors.ecosystem import Ecosystem, by

_SUMS = """package sums

func Add(a, b int) int { return a - b }
"""
_SUMS_TEST = """package sums

import "testing"

func TestAdd(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Errorf("Add(1, 2) = %d", Add(1, 2))
	}
}

func TestAddition(t *testing.T) {}

func TestTable(t *testing.T) {
	names := []string{
		"two words", "a/b", "", "", "$HOME*", "it's \\"quoted\\"`", "grüße", "two\\nlines", "-v",
		"(x|y)[z]+", "a::b", "\\\\",
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { t.Fatal("no") })
		t.Run(name+" too", func(t *testing.T) {})
	}
}

func TestNested(t *testing.T) {
	t.Run("outer", func(t *testing.T) {
		t.Run("inner", func(t *testing.T) { t.Log("some output"); t.Fail() })
		t.Run("other", func(t *testing.T) {})
	})
	t.Run("another", func(t *testing.T) {
		t.Run("inner", func(t *testing.T) {})
	})
}

func FuzzSeeds(f *testing.F) {
	f.Add(1)
	f.Add(2)
	f.Fuzz(func(t *testing.T, n int) {
		if n == 2 {
			t.Fatal("two")
		}
	})
}
"""
_TABLE = (
    *("two_words", "a/b", "#00", "#01", "$HOME*", 'it\'s_"quoted"`', "grüße", "two_lines", "-v", "(x|y)[z]+", "a::b"),
    "\\",
)
_MODULE = "example.com/red"
ECOSYSTEM = Ecosystem(
    "go",
    {
        "go.mod": f"module {_MODULE}\n\ngo 1.19\n",
        "sums/sums.go": _SUMS,
        "sums/sums_test.go": _SUMS_TEST,
        "other/other_test.go": (
            'package other_test\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) { t.Skip() }\n\n'
            'func TestPanics(t *testing.T) { var m map[string]int; m["x"] = 1 }\n\nfunc TestAfter(t *testing.T) {}\n'
        ),
    },
    (
        f"{_MODULE}/other::TestPanics",
        f"{_MODULE}/sums::FuzzSeeds",
        f"{_MODULE}/sums::FuzzSeeds/seed#1",
        f"{_MODULE}/sums::TestAdd",
        f"{_MODULE}/sums::TestNested",
        f"{_MODULE}/sums::TestNested/outer",
        f"{_MODULE}/sums::TestNested/outer/inner",
        f"{_MODULE}/sums::TestTable",
        *(f"{_MODULE}/sums::TestTable/{name}" for name in _TABLE),
    ),
    by(Go()),
    programs=("go",),
    version=("go", "version"),
)
