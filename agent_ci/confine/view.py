"""Knows which places of this machine repository code may read: the toolchains, and nothing that belongs to a person."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
# What programs of every kind look up there; never all of /etc, where keys, shadow and credentials live.
_OF_ETC = (
    "alternatives", "crypto-policies", "fonts", "gai.conf", "group", "host.conf", "hosts", "java", "ld.so.cache",
    "ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "lsb-release", "magic", "maven/logging", "maven/m2.conf",
    "mime.types", "nodejs",
    "nsswitch.conf", "os-release", "passwd", "pki/ca-trust", "pki/java", "pki/tls/cert.pem", "pki/tls/certs",
    "pki/tls/openssl.cnf", "protocols", "services", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf", "timezone",
)  # fmt: skip
_VERSIONED = ("java-*-openjdk", "php/*/cli", "php/*/mods-available")
_PROCESSORS = "/sys/devices/system/cpu"  # runtimes count the processors there
_TOOL_FOLDERS = (
    "CONDA_PREFIX", "DOTNET_ROOT", "GEM_HOME", "GOMODCACHE", "GOROOT", "GRADLE_HOME", "JAVA_HOME", "MAVEN_HOME",
    "PYENV_ROOT", "RUSTUP_HOME", "VIRTUAL_ENV",
)  # fmt: skip
_TOOL_PATHS = ("GEM_PATH", "LD_LIBRARY_PATH", "NODE_PATH")
# Where tools keep what they downloaded: by a variable, else below the home, where a file of the repository says that
# the tool is used. What lies beside it may be a password.
_CACHES = (
    ("CARGO_HOME", ".cargo", ("registry", "git/checkouts", "git/db"), ("Cargo.toml",)),
    ("RUSTUP_HOME", ".rustup", ("toolchains", "settings.toml"), ("Cargo.toml", "*.rs")),
    ("GOPATH", "go", ("pkg/mod",), ("go.mod",)),
    ("", ".m2", ("repository",), ("pom.xml",)),
    ("MAVEN_USER_HOME", ".m2", ("wrapper",), ("pom.xml",)),  # a variable of the wrapper, which Maven does not read
    ("GRADLE_USER_HOME", ".gradle", ("caches", "wrapper"), ("*.gradle", "*.gradle.kts")),
    ("MIX_HOME", ".mix", ("archives", "elixir"), ("mix.exs",)),
    ("NUGET_PACKAGES", ".nuget/packages", (".",), ("*.csproj", "*.fsproj", "*.vbproj")),
)
# Where people, credentials and the running system live: what holds one of these is not readable as a whole.
_PRIVATE = ("/", "/boot", "/dev", "/etc", "/home", "/proc", "/root", "/run", "/srv", "/sys", "/tmp", "/var")  # noqa: S108 - names, not uses
_PREFIX_PARTS = ("bin", "include", "lib", "lib64", "pyvenv.cfg")
_MOST_LINKS = 40  # as many as the kernel follows, path_resolution(7)


@dataclass(frozen=True)
class View:
    """What code may see that is run with *environment*, *programs* and what else lies in *folders*.

    *files* are those of the repository, by which the caches are chosen that it needs. Of *hidden* folders, the checkout
    above all, and of the home that *environment* names, nothing is shown but the toolchains in them. What a repository
    itself can write there, links and settings of environments, may lead to toolchains only.
    """

    environment: Mapping[str, str]
    programs: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def readable(self) -> tuple[Path, ...]:
        """The real places, none below another, sorted."""
        private = self._private
        found = {place for path in self._wanted() for place in _around(path.resolve(), private)}
        return tuple(sorted(path for path in found if found.isdisjoint(path.parents)))

    @property
    def links(self) -> Mapping[Path, str]:
        """The symbolic links on the way to them, with their targets, for a file system that is built from nothing."""
        shown = set(self.readable)
        found = {link: target for path in (*self._wanted(), *self.programs) for link, target in _links_on(path)}
        return {link: target for link, target in sorted(found.items()) if shown.isdisjoint((link, *link.parents))}

    def exposed_by(self, folder: Path) -> Path | None:
        """The private place that *folder* is or holds; who names such a folder is better told than ignored."""
        real = folder.resolve()
        return next((place for place in sorted(self._private) if place.is_relative_to(real)), None)

    @property
    def _private(self) -> frozenset[Path]:
        home = self.environment.get("HOME", "")
        own = [Path(home)] if home.startswith("/") else []
        return frozenset(path.resolve() for path in (*map(Path, _PRIVATE), *own, *self.hidden))

    def _wanted(self) -> Iterator[Path]:
        """Every place that exists, as it is spelled."""
        spelled = [*_of_system(), *_of_variables(self.environment), *self._caches(), *self.folders]
        spelled += [place for program in self.programs for place in _toolchain(program, self._private)]
        yield from (path for path in spelled if path.exists() and not self._leads_out(path))

    def _caches(self) -> Iterator[Path]:
        names = frozenset(path.rpartition("/")[2] for path in self.files)
        for variable, below, parts, signs in _CACHES:
            is_used = any(fnmatch.filter(names, sign) for sign in signs)
            usual = f"{self.environment.get('HOME', '')}/{below}" if is_used else ""
            folders = _folders(self.environment.get(variable, "") or usual)
            yield from (folder / part for folder in folders for part in parts)

    def _leads_out(self, path: Path) -> bool:
        """Whether *path* is a link in a hidden folder that leads out of it, to what is no toolchain."""
        real = path.resolve()
        holding = [folder.resolve() for folder in self.hidden if path.is_relative_to(folder)]
        return bool(holding) and not any(map(real.is_relative_to, holding)) and not _is_prefix(real)


def _around(place: Path, private: frozenset[Path]) -> Iterator[Path]:
    """*place*, or where it holds something private, what lies around that."""
    if place in private:
        return
    if not any(secret.is_relative_to(place) for secret in private):
        yield place
        return
    for child in place.iterdir():
        if not child.is_symlink():
            yield from _around(child, private)


def _of_system() -> Iterator[Path]:
    yield from map(Path, (*_SYSTEM, _PROCESSORS))
    yield from (Path("/etc", name) for name in _OF_ETC)
    yield from (place for name in _VERSIONED for place in Path("/etc").glob(name))


def _of_variables(environment: Mapping[str, str]) -> Iterator[Path]:
    for folder in _folders(environment.get("PATH", "")):
        yield folder
        if _is_toolchain(folder):
            yield folder.parent
    yield from (folder for name in _TOOL_FOLDERS for folder in _folders(environment.get(name, "")))
    yield from (folder for name in _TOOL_PATHS for folder in _folders(environment.get(name, "")))


def _folders(value: str) -> list[Path]:
    """The absolute paths of a list like PATH; what is relative is relative to the copy, which is readable anyway."""
    return [Path(os.path.normpath(entry)) for entry in value.split(os.pathsep) if entry.startswith("/")]


def _is_toolchain(folder: Path) -> bool:
    """Whether programs in *folder* need what lies beside it: an installed prefix, or the shims of a version switch."""
    beside = (folder.parent / part for part in ("lib", "libexec", "share"))
    return folder.name == "shims" or (folder.name == "bin" and any(part.is_dir() for part in beside))


def _toolchain(program: Path, private: frozenset[Path]) -> Iterator[Path]:
    """What the interpreter *program* needs: the prefix it is named in, and each one that its links lead through."""
    for hop in (program, *_hops(program), *_bases(program.parent.parent)):
        prefix = hop.parent.parent
        if not _is_prefix(prefix):
            continue
        if prefix.resolve() in private:
            yield from (prefix / part for part in _PREFIX_PARTS)
        else:
            yield prefix


def _is_prefix(prefix: Path) -> bool:
    """Whether a Python is installed in *prefix*: the landmark that CPython itself looks for, or an environment's file.

    Source: https://docs.python.org/3/library/sys_path_init.html. A repository can hold a forged link or
    ``pyvenv.cfg``; it cannot make a folder with credentials look like this.
    """
    if (prefix / "shims").is_dir():
        return True  # a version switch such as pyenv, whose scripts start what lies beside them
    landmarks = (*prefix.glob("lib*/python*/os.py"), *prefix.glob("lib*/pypy*/os.py"), prefix / "pyvenv.cfg")
    return any(landmark.is_file() for landmark in landmarks) and any((prefix / "bin").glob("py*"))


def _hops(program: Path) -> Iterator[Path]:
    """Where the links of *program* lead, one after the other."""
    for _ in range(_MOST_LINKS):
        if not program.is_symlink():
            break
        program = program.parent / program.readlink()
        yield Path(os.path.normpath(program))
    yield program.resolve()


def _bases(environment_folder: Path) -> Iterator[Path]:
    """The interpreter that a virtual environment was made from, and that one's real place."""
    try:
        text = (environment_folder / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home" and value.strip().startswith("/"):
            base = Path(value.strip(), "python3")
            yield from (base, *_hops(base))


def _links_on(path: Path) -> Iterator[tuple[Path, str]]:
    """Each symbolic link that the kernel would follow on the way to *path*."""
    for _ in range(_MOST_LINKS):
        link = next((part for part in (*reversed(path.parents), path) if part.is_symlink()), None)
        if link is None:
            return
        target = link.readlink()
        yield link, str(target)
        path = Path(os.path.normpath(link.parent / target / path.relative_to(link)))
