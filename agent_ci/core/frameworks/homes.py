"""Knows where a job's tools keep what they downloaded, for commands whose home is another than the job's."""

from __future__ import annotations

from collections.abc import Mapping


def around(job: Mapping[str, str]) -> Mapping[str, str]:
    """The variables with which any tool finds what the *job* has."""
    settings = " ".join(filter(None, (job.get("MAVEN_OPTS", ""), *of_maven(job))))
    return {
        **modules(job),
        **packages(job),
        **of_mix(job),
        **maven_wrapper(job),
        **({"MAVEN_OPTS": settings} if settings else {}),
        "GRADLE_RO_DEP_CACHE": f"{gradle_home(job)}/caches",
    }


def own_homes(job: Mapping[str, str]) -> tuple[str, ...]:
    """What stands before a command to give rustup and cargo homes of their own that lead to what the *job* has.

    Both write into their homes even to find out that nothing is to be done, and the job's can only be read.
    """
    home = job.get("HOME", "")
    toolchains = job.get("RUSTUP_HOME") or f"{home}/.rustup"
    downloads = job.get("CARGO_HOME") or f"{home}/.cargo"
    return ("sh", "-c", _HOMES, "sh", toolchains, downloads)


_HOMES = """if [ -e "$1/toolchains" ]; then
    RUSTUP_HOME=$HOME/.rustup
    export RUSTUP_HOME
    mkdir -p "$RUSTUP_HOME"
    for part in toolchains settings.toml; do [ ! -e "$1/$part" ] || ln -sfn "$1/$part" "$RUSTUP_HOME/$part"; done
fi
if [ -e "$2/registry" ] || [ -e "$2/git" ]; then
    CARGO_HOME=$HOME/.cargo
    export CARGO_HOME
    mkdir -p "$CARGO_HOME"
    for part in registry git; do [ ! -e "$2/$part" ] || ln -sfn "$2/$part" "$CARGO_HOME/$part"; done
fi
shift 2
exec "$@"
"""


def modules(job: Mapping[str, str]) -> Mapping[str, str]:
    """The variable for the modules that Go downloaded."""
    home = job.get("HOME", "")
    first = job.get("GOPATH", "").split(":")[0] or (f"{home}/go" if home else "")
    found = job.get("GOMODCACHE") or (f"{first}/pkg/mod" if first else "")
    return {"GOMODCACHE": found} if found.startswith("/") else {}


def packages(job: Mapping[str, str]) -> Mapping[str, str]:
    """The variable for the packages that NuGet downloaded."""
    home = job.get("HOME", "")
    found = job.get("NUGET_PACKAGES") or (f"{home}/.nuget/packages" if home else "")
    return {"NUGET_PACKAGES": found} if found else {}


def of_maven(job: Mapping[str, str]) -> tuple[str, ...]:
    """The properties for what Maven downloaded, whichever server that came from."""
    home = job.get("HOME", "")
    tracking = "-Daether.enhancedLocalRepository.trackingFilename=agent-ci"
    return (f"-Dmaven.repo.local={home}/.m2/repository", tracking) if home.startswith("/") else ()


def maven_wrapper(job: Mapping[str, str]) -> Mapping[str, str]:
    """The variable for the versions of Maven that its wrapper downloaded."""
    found = job.get("MAVEN_USER_HOME") or (f"{job['HOME']}/.m2" if job.get("HOME") else "")
    return {"MAVEN_USER_HOME": found} if found else {}


def gradle_home(job: Mapping[str, str]) -> str:
    """Where the job keeps what its Gradle downloaded, which is read here and not written: ours is another one."""
    return job.get("GRADLE_USER_HOME") or f"{job.get('HOME', '')}/.gradle"


def of_mix(job: Mapping[str, str]) -> Mapping[str, str]:
    """The variable for Hex and rebar, which packages of Elixir are compiled with."""
    found = job.get("MIX_HOME") or f"{job.get('HOME', '')}/.mix"
    return {"MIX_HOME": found} if found.startswith("/") else {}
