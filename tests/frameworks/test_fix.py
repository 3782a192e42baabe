"""`fix` on a red project of each ecosystem: repaired with the real tools, and verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.selectors import javascript
from tests.frameworks.fixing import Red, is_repaired_and_verified

GO_TEST = """package money

import "testing"

func TestHalf(t *testing.T) {
	for _, n := range []int{0, 4} {
		t.Run("an even one", func(t *testing.T) {
			if Half(n) != n/2 {
				t.Errorf("Half(%d) = %d", n, Half(n))
			}
		})
	}
}
"""
RUST = """pub fn half(amount: u32) -> u32 {
    amount / 3
}

#[cfg(test)]
mod tests {
    #[test]
    fn halves() {
        assert_eq!(super::half(4), 2);
    }
}
"""
CARGO = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
JEST_TEST = """const { half } = require('./money');

describe('half', () => {
  test.each([0, 4])('of %i', (amount) => {
    expect(half(amount)).toBe(amount / 2);
  });
});
"""
MODULE = "example.com/shop/money"
PROJECTS = {
    "jest": Red(
        ("npx",),
        {
            ".gitignore": "node_modules\n",
            "package.json": '{"scripts": {"test": "jest"}, "devDependencies": {"jest": "*"}}\n',
            "src/money.js": "function half(amount) {\n  return amount / 3;\n}\n\nmodule.exports = { half };\n",
            "src/money.test.js": JEST_TEST,
        },
        "src/money.js",
        2,
        "  return amount / 3;",
        "  return amount / 2;",
        ("src/money.test.js::half of 4",),
        ("src/money.test.js::half of 0",),
        prepare=javascript.copied,
    ),
    "go": Red(
        ("go",),
        {
            "go.mod": "module example.com/shop\n\ngo 1.19\n",
            "money/money.go": "package money\n\nfunc Half(n int) int {\n\treturn n / 3\n}\n",
            "money/money_test.go": GO_TEST,
        },
        "money/money.go",
        4,
        "\treturn n / 3",
        "\treturn n / 2",
        (f"{MODULE}::TestHalf", f"{MODULE}::TestHalf/an_even_one#01"),
        ("build (go)", f"{MODULE}::TestHalf/an_even_one"),
        {"run": "go test ./..."},
    ),
    "cargo": Red(
        ("cargo",),
        {"Cargo.toml": CARGO, "src/lib.rs": RUST},
        "src/lib.rs",
        2,
        "    amount / 3",
        "    amount / 2",
        ("shop (lib)::tests::halves",),
        ("build (cargo)",),
    ),
    "a compile error in Rust": Red(
        ("cargo",),
        {"Cargo.toml": CARGO, "src/lib.rs": RUST.replace("amount / 3", "amuont / 2")},
        "src/lib.rs",
        2,
        "    amuont / 2",
        "    amount / 2",
        ("build (cargo)",),
        (),
        new=("shop (lib)::tests::halves",),
    ),
}


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_a_red_test_is_repaired_and_verified(project: Red, tmp_path: Path) -> None:
    is_repaired_and_verified(project, tmp_path)
