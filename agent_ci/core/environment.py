"""Which environment variables repository code may see, an allow-list, and which of a job's hold secrets."""

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
_PORTABLE = frozenset({"LANG", "LANGUAGE", "TZ", "CI"})
_PREFIXES = ("LC_",)
_SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
FORGE_TOKEN, JOB_TOKEN = "AGENT_CI_FORGE_TOKEN", "CI_JOB_TOKEN"
GITHUB_TOKENS = (FORGE_TOKEN, "GITHUB_TOKEN", "GH_TOKEN")
GITLAB_TOKENS = (FORGE_TOKEN, "GITLAB_TOKEN")
"""The variables with the right to write to each forge, the one that comes first at first."""

_FORGE_TOKENS = tuple(dict.fromkeys((*GITHUB_TOKENS, *GITLAB_TOKENS, JOB_TOKEN)))
_MODEL_KEYS = ("API_KEY", "API_TOKEN", "SECRET_ACCESS_KEY", "HF_TOKEN", "BEARER_TOKEN_BEDROCK")
_NO_SECRETS = frozenset({"AGENT_CI_MAX_TOKENS"})
_SHORTEST_SECRET = 6  # shorter values are words like ``true`` or ``test``


def allowed(environment: Mapping[str, str], *, named: Iterable[str] = ()) -> dict[str, str]:
    """The part of *environment* that holds tools and language, and what the user *named* to be passed on."""
    names = _NAMES.union(named)
    return {name: value for name, value in environment.items() if name in names or name.startswith(_PREFIXES)}


def portable(environment: Mapping[str, str], *, named: Iterable[str] = ()) -> dict[str, str]:
    """The part of *environment* that means the same on another machine: language, and what the user *named*."""
    names = _PORTABLE.union(named)
    return {name: value for name, value in environment.items() if name in names or name.startswith(_PREFIXES)}


def secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of *environment* whose names say that their values are secret, and whose values can be."""
    return {
        name: value
        for name, value in environment.items()
        if len(value) >= _SHORTEST_SECRET
        and name not in _NO_SECRETS
        and any(word in name.upper() for word in _SECRET_WORDS)
    }


def first_of(names: Iterable[str], environment: Mapping[str, str]) -> str:
    """What the first of *names* that is set to something in *environment* holds; empty where none is."""
    return next((value for name in names if (value := environment.get(name, "").strip())), "")


def forge_tokens(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of *environment* that hold the right to write to a forge, the one that comes first at first."""
    return {name: environment[name] for name in _FORGE_TOKENS if environment.get(name)}


def without_forge_tokens(environment: Mapping[str, str]) -> dict[str, str]:
    """*environment* without the right to write to any forge."""
    return {name: value for name, value in environment.items() if name not in _FORGE_TOKENS}


def model_keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the variables of *environment* that hold keys of models, or look as if they did."""
    return keys_among(secrets(environment))


def keys_among(names: Iterable[str]) -> tuple[str, ...]:
    """Those of *names*, of secrets, that are keys of models, or look as if they were."""
    others = (name for name in names if name not in _FORGE_TOKENS)
    return tuple(sorted(name for name in others if any(word in name.upper() for word in _MODEL_KEYS)))


def tokens_among(names: Iterable[str]) -> tuple[str, ...]:
    """Those of *names* that are the right to write to a forge, the one that comes first at first."""
    known = frozenset(names)
    return tuple(name for name in _FORGE_TOKENS if name in known)
