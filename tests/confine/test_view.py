from __future__ import annotations

import sys
import venv
from pathlib import Path, PurePath

import pytest

from agent_ci.confine.view import View
from agent_ci.core.frameworks.dotnet import DotNet
from agent_ci.core.frameworks.framework import Place
from agent_ci.core.frameworks.jvm import Maven


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    return path


def prefix(folder: Path) -> Path:
    """A folder that looks as if a Python were installed in it."""
    program(folder / "bin" / "python3")
    (folder / "lib/python3.11").mkdir(parents=True)
    (folder / "lib/python3.11/os.py").touch()
    return folder


def holds(places: tuple[Path, ...], path: Path) -> bool:
    return any(path.is_relative_to(place) for place in places)


def readable(
    environment: dict[str, str], programs: tuple[Path, ...] = (), hidden: tuple[Path, ...] = ()
) -> tuple[Path, ...]:
    return View(environment, programs, hidden=hidden).readable


def home(folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True)
    (folder / ".netrc").write_text("machine a password b", "utf-8")
    return {"HOME": str(folder), "PATH": "/usr/bin:/bin"}


def test_the_system_is_readable_and_what_belongs_to_people_is_not(tmp_path: Path) -> None:
    places = readable(home(tmp_path / "home"))
    assert holds(places, Path("/usr/bin/env"))
    secret = ("/etc/shadow", "/etc/ssl/private/key", "/root/.ssh/id_rsa", "/home/a", "/run/docker.sock", "/var/lib/a")
    assert not [name for name in (*secret, "/proc/1/environ", "/tmp/a", "/dev/sda") if holds(places, Path(name))]  # noqa: S108
    assert not holds(places, tmp_path / "home/.netrc")


def test_no_place_is_below_another_and_every_one_is_real(tmp_path: Path) -> None:
    places = readable({**home(tmp_path / "home"), "JAVA_HOME": "/usr/lib/jvm", "GOROOT": "/usr/bin"})
    assert not [place for place in places if holds(tuple(other for other in places if other != place), place)]
    assert [place.resolve() for place in places] == list(places)


def test_an_environment_in_the_checkout_is_readable_with_its_base_and_the_checkout_is_not(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    venv.create(checkout / ".venv", symlinks=True)
    (checkout / ".git").mkdir()
    places = readable(home(tmp_path / "home"), (checkout / ".venv/bin/python",), (checkout,))
    assert holds(places, checkout / ".venv/lib")
    assert holds(places, Path(sys.base_prefix, "lib"))
    assert not holds(places, checkout / ".git/config")
    assert not holds(places, checkout / ".env")


def test_an_environment_whose_folder_is_the_checkout_shows_its_parts_only(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    venv.create(checkout, symlinks=True)
    (checkout / ".git").mkdir()
    places = readable(home(tmp_path / "home"), (checkout / "bin/python",), (checkout,))
    assert holds(places, checkout / "lib/x")
    assert not holds(places, checkout / ".git/config")


@pytest.mark.parametrize(
    "named", ["home/.local/share/uv/python/cpython-3.12", "home/miniconda3", "opt/hostedtoolcache/Python/3.11.9/x64"]
)
def test_an_interpreter_below_the_home_is_readable_and_its_surroundings_are_not(tmp_path: Path, named: str) -> None:
    environment = home(tmp_path / "home")
    installed = prefix(tmp_path / named)
    places = readable(environment, (installed / "bin/python3",))
    assert holds(places, installed / "lib/python3.11/os.py")
    assert not holds(places, tmp_path / "home/.netrc")
    assert not holds(places, installed.parent / "other")


def test_each_link_on_the_way_to_an_interpreter_counts(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    real = prefix(tmp_path / "pythons/3.11.7")
    (tmp_path / "pythons/3.11").symlink_to("3.11.7")
    inside = tmp_path / "project/.venv/bin/python"
    inside.parent.mkdir(parents=True)
    inside.symlink_to(tmp_path / "pythons/3.11/bin/python3")
    (tmp_path / "project/.venv/pyvenv.cfg").touch()
    assert {real, tmp_path / "project/.venv"} <= set(readable(environment, (inside,)))
    assert View(environment, (inside,)).links[tmp_path / "pythons/3.11"] == "3.11.7"


@pytest.mark.parametrize("target", ["home/.netrc", "home/.ssh/id_rsa", "home/.aws"])
def test_a_forged_environment_in_the_checkout_shows_nothing_of_the_home(tmp_path: Path, target: str) -> None:
    environment = home(tmp_path / "home")
    secret = tmp_path / target
    secret.parent.mkdir(exist_ok=True)
    (secret.mkdir if target.endswith("aws") else secret.touch)(exist_ok=True)
    forged = tmp_path / "checkout/.venv"
    (forged / "bin").mkdir(parents=True)
    (forged / "pyvenv.cfg").write_text(f"home = {secret}\n", "utf-8")
    (forged / "bin/python").symlink_to(secret)
    places = readable(environment, (forged / "bin/python",), (tmp_path / "checkout",))
    assert not holds(places, secret)


def test_a_home_that_is_a_prefix_itself_shows_its_parts_only(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    prefix(tmp_path / "home")
    places = readable({**environment, "PATH": f"{tmp_path}/home/bin"}, (tmp_path / "home/bin/python3",))
    assert holds(places, tmp_path / "home/lib/python3.11/os.py")
    assert not holds(places, tmp_path / "home/.netrc")


def test_of_a_system_folder_that_holds_the_checkout_the_rest_is_readable() -> None:
    checkout = Path("/usr/share/doc")
    places = readable({"HOME": "/root", "PATH": "/usr/bin"}, hidden=(checkout,))
    assert not holds(places, checkout / ".git/config")
    assert holds(places, Path("/usr/bin/env"))
    assert holds(places, Path("/usr/share/zoneinfo"))


def test_around_what_is_hidden_a_link_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    (tmp_path / "opt/checkout").mkdir(parents=True)
    (tmp_path / "opt/tools").mkdir()
    (tmp_path / "opt/link").symlink_to(tmp_path / "home")
    places = View(environment, folders=(tmp_path / "opt",), hidden=(tmp_path / "opt/checkout",)).readable
    assert tmp_path / "opt/tools" in places
    assert not [place for place in places if place in (tmp_path / "opt/link", tmp_path / "home")]


def test_tools_on_the_path_bring_the_prefix_they_live_in(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    node = program(tmp_path / "home/.nvm/versions/node/v20/bin/node").parent
    (node.parent / "lib").mkdir()
    scripts = program(tmp_path / "home/bin/tool").parent
    shims = program(tmp_path / "home/.pyenv/shims/python").parent
    (tmp_path / "home/.pyenv/versions").mkdir()
    environment["PATH"] = f"{node}:{scripts}:{shims}:relative:{tmp_path}/missing:/usr/bin"
    places = readable(environment)
    assert {node.parent, scripts, tmp_path / "home/.pyenv"} <= set(places)
    assert not holds(places, tmp_path / "home/.netrc")


def test_the_caches_that_variables_name_are_readable_and_their_neighbours_are_not(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    for name in ("go/pkg/mod", "go/src", ".cargo/registry"):
        (tmp_path / "home" / name).mkdir(parents=True)
    (tmp_path / "home/.cargo/credentials.toml").touch()
    environment |= {"GOPATH": f"{tmp_path}/home/go", "CARGO_HOME": f"{tmp_path}/home/.cargo"}
    places = readable(environment)
    assert {tmp_path / "home/go/pkg/mod", tmp_path / "home/.cargo/registry"} <= set(places)
    assert not holds(places, tmp_path / "home/.cargo/credentials.toml")


def test_a_folder_of_the_checkout_on_the_path_cannot_be_a_link_to_somewhere_else(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    (tmp_path / "home/.ssh").mkdir()
    checkout = tmp_path / "checkout"
    (checkout / "bin").mkdir(parents=True)
    (checkout / "tools").symlink_to(tmp_path / "home/.ssh")
    places = readable({**environment, "PATH": f"{checkout}/bin:{checkout}/tools"}, hidden=(checkout,))
    assert holds(places, checkout / "bin/tool")
    assert not holds(places, tmp_path / "home/.ssh")


def test_a_folder_that_the_user_names_is_readable(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert tmp_path / "data" in View(home(tmp_path / "home"), folders=(tmp_path / "data",)).readable


@pytest.mark.parametrize("variable", ["PATH", "JAVA_HOME", "PYENV_ROOT", "LD_LIBRARY_PATH"])
@pytest.mark.parametrize("value", ["/", "{home}", "{home}/..", "/root", "/etc", "/tmp"])  # noqa: S108
def test_no_variable_makes_a_private_place_readable(tmp_path: Path, variable: str, value: str) -> None:
    environment = home(tmp_path / "home")
    places = readable({**environment, variable: value.format(home=tmp_path / "home")})
    assert not holds(places, tmp_path / "home/.netrc")
    assert not holds(places, Path("/etc/shadow"))


def test_who_names_a_folder_with_something_private_in_it_is_told_what(tmp_path: Path) -> None:
    environment = home(tmp_path / "home")
    assert View(environment).exposed_by(tmp_path) == tmp_path / "home"
    assert View({}).exposed_by(Path("/")) == Path("/")
    assert View(environment).exposed_by(tmp_path / "cache") is None


@pytest.mark.parametrize(("files", "shown"), [(("a/pom.xml",), 1), (("pom.xml.txt", "a/b.py"), 0), ((), 0)])
def test_a_cache_is_shown_where_a_file_of_the_repository_says_that_it_is_used(
    files: tuple[str, ...], shown: int, tmp_path: Path
) -> None:
    environment = home(tmp_path / "home")
    cache = tmp_path / "home/.m2/repository"
    cache.mkdir(parents=True)
    (cache.parent / "settings.xml").touch()
    places = View(environment, files=files).readable
    assert (places.count(cache), holds(places, cache.parent / "settings.xml")) == (shown, False)


def test_the_caches_that_are_shown_are_those_that_the_frameworks_use(tmp_path: Path) -> None:
    variables = {name: str(tmp_path / name) for name in ("MAVEN_USER_HOME", "NUGET_PACKAGES", "NUGET_HOME")}
    environment = {**home(tmp_path / "home"), **variables}
    for folder in ("home/.m2/repository", "MAVEN_USER_HOME/wrapper", "NUGET_PACKAGES/a", "NUGET_HOME/packages"):
        (tmp_path / folder).mkdir(parents=True)
    place = Place(PurePath("/copy"), PurePath("/outbox"), environment=environment)
    [maven], [_, dotnet] = Maven(program="./mvnw").steps(place, ()), DotNet().steps(place, ())
    [repository] = [word.partition("=")[2] for word in maven.argv if word.startswith("-Dmaven.repo.local=")]
    used = (repository, f"{maven.environment['MAVEN_USER_HOME']}/wrapper", dotnet.environment["NUGET_PACKAGES"])
    shown = View(environment, files=("pom.xml", "Shop.csproj")).readable
    assert {str(path) for path in shown if path.is_relative_to(tmp_path)} == set(used)
