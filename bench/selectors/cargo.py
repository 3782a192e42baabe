"""Tests in Rust that are hard to select: one name in several packages and targets, in Unicode, in documentation."""

from __future__ import annotations

from agent_ci.core.frameworks.cargo import Cargo
from bench.selectors.ecosystem import Ecosystem, by

_LIBRARY = """/// Adds two numbers.
/// ```
/// assert_eq!(first_part::add(1, 2), 3);
/// ```
pub fn add(a: i32, b: i32) -> i32 {
    a + b
}

/// Subtracts.
/// ```
/// assert_eq!(first_part::subtract(5, 3), 2);
/// ```
pub fn subtract(a: i32, b: i32) -> i32 {
    a + b
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_works() {
        assert_eq!(super::add(1, 1), 3, "a sum\\ntest tests::it_works ... ok");
    }

    #[test]
    fn it_works_too() {
        assert_eq!(super::add(1, 1), 2);
    }

    #[test]
    #[should_panic(expected = "something else")]
    fn panics() {
        panic!("boom");
    }

    #[test]
    fn grüße() {
        assert!("grüße".is_empty());
    }

    #[test]
    fn returns() -> Result<(), String> {
        Err("no".into())
    }

    #[test]
    #[ignore = "slow"]
    fn is_left_out() {}

    mod deep {
        mod r#type {
            #[test]
            fn it_works() {
                assert_eq!(crate::subtract(1, 1), 0);
            }
        }
    }

    #[test]
    fn add() {
        assert_eq!(crate::add(2, 2), 5);
    }
}
"""
_PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
ECOSYSTEM = Ecosystem(
    "cargo",
    {
        "Cargo.toml": '[workspace]\nmembers = ["first", "second"]\nresolver = "2"\n',
        "first/Cargo.toml": _PACKAGE.format("first-part"),
        "first/src/lib.rs": _LIBRARY,
        "first/tests/integration.rs": "#[test]\nfn it_works() {\n    assert_eq!(first_part::add(1, 1), 3);\n}\n",
        "second/Cargo.toml": _PACKAGE.format("second"),
        "second/src/lib.rs": "#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_works() { panic!(); }\n}\n",
        "second/src/main.rs": "fn main() {}\n\n#[test]\nfn it_works() {\n    assert!(false);\n}\n",
        "second/src/bin/other-one.rs": "fn main() {}\n#[test]\nfn it_works() {}\n#[test]\nfn fails() { panic!() }\n",
        "second/tests/integration.rs": '#[test]\nfn it_works() {\n    std::fs::read("none").unwrap();\n}\n',
    },
    (
        "first-part (doc)::first/src/lib.rs - subtract",
        "first-part (lib)::tests::add",
        "first-part (lib)::tests::deep::r#type::it_works",
        "first-part (lib)::tests::grüße",
        "first-part (lib)::tests::it_works",
        "first-part (lib)::tests::panics",
        "first-part (lib)::tests::returns",
        "first-part (test integration)::it_works",
        "second (bin other-one)::fails",
        "second (bin second)::it_works",
        "second (lib)::tests::it_works",
        "second (test integration)::it_works",
    ),
    by(Cargo()),
    programs=("cargo",),
    version=("cargo", "--version"),
)
