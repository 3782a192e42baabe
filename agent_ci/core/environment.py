"""Which environment variables repository code may see: an allow-list, never the whole environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_NAMES = frozenset(
    {
        "PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "SHELL", "CI",
        "PYENV_ROOT", "PYENV_VERSION", "CONDA_PREFIX", "LD_LIBRARY_PATH",
        "JAVA_HOME", "MAVEN_HOME", "GRADLE_HOME", "GOROOT", "GOPATH", "GOMODCACHE", "GOFLAGS", "CARGO_HOME",
        "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "NVM_DIR", "NODE_PATH", "DOTNET_ROOT", "GEM_HOME", "GEM_PATH",
    }
)  # fmt: skip
_PREFIXES = ("LC_",)


def allowed(environment: Mapping[str, str], *, named: Iterable[str] = ()) -> dict[str, str]:
    """The part of *environment* that holds tools and language, and what the user *named* to be passed on."""
    names = _NAMES.union(named)
    return {name: value for name, value in environment.items() if name in names or name.startswith(_PREFIXES)}
