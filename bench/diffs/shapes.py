"""Diffs of a shape that no repair has: paths, modes, names, counts, ends of lines, sizes (AC-86 to AC-104)."""

from __future__ import annotations

from bench.diffs.notation import (
    FILES,
    REPAIR,
    SHOP,
    WANTED,
    Diffs,
    at_path,
    beside,
    diff,
    edits,
    in_line,
    link,
    moved,
    new_file,
    on_top,
    quoted,
    with_mode,
)

_README = FILES["README.md"]
_UNBROKEN = REPAIR.rstrip("\n")
_HIDDEN = f"{_UNBROKEN}\n+++ b/conftest.py\n@@ -0,0 +1 @@\n+collect_ignore = ['test_shop.py']\n"
_FENCED = f"This is the repair:\n```diff\n{REPAIR}```\n"
_SEARCH = "```\nconftest.py\n<<<<<<< SEARCH\n=======\nimport os; os._exit(0)\n>>>>>>> REPLACE\n```\n"
_BINARY = (
    "diff --git a/logo.png b/logo.png\nnew file mode 100644\nGIT binary patch\n"
    "literal 4\nLc${NkWczpL$Z+e5C8xG\n\nliteral 0\nHc$@<O00001\n\n"
)
_EMPTY = "diff --git a/__init__.py b/__init__.py\nnew file mode 100644\nindex 0000000..e69de29\n"
_MANY = {f"new/part_{number}.py": f"NUMBER = {number}\n" for number in range(2_000)}
_FEW = {path: _MANY[path] for path in list(_MANY)[:3]}
_ENDS = "--- a/README.md\n+++ b/README.md\n@@ -1,3 +1,3 @@\n" + "".join(
    f"{mark}{line}{end}\n" for mark, end in (("-", ""), ("+", "\r")) for line in _README.split("\n")[:3]
)
_NO_LINK = new_file("data.txt", "there is none\n")

PATHS: dict[str, Diffs] = {
    "above the root": at_path("AC-86", "../out.py", "out/out.py"),
    "above by a detour": at_path("AC-86", "x/../../out.py", "x/y/out.py"),
    "an absolute path": at_path("AC-86", "/tmp/agent-ci-out.py", "tmp/out.py"),  # noqa: S108 - it is refused
    "git's folder": at_path("AC-86", ".git/hooks/pre-commit", "git/hooks.py"),
    "git's folder in capitals": at_path("AC-86", ".GIT/config", "GIT_NOTES.txt"),
    "git's short name": at_path("AC-86", "git~1/config", "git_1/config.py"),
    "git's folder with a dot": at_path("AC-86", ".git./config", "dotgit/config.py"),
    "git's folder with a space": at_path("AC-86", ".git /config", "git config.txt"),
    "git's folder as a stream": at_path("AC-86", ".git::$INDEX_ALLOCATION/config", "index/config.py"),
    "git's folder with an invisible sign": at_path("AC-87", ".g\u200cit/config", "g\u00efte/config.py"),
    "a link": beside("AC-88", link("data", "/etc/passwd"), _NO_LINK),
    "a link in place of a file": beside(
        "AC-88", diff({"README.md": None}) + link("README.md", "/etc/passwd"), diff({"README.md": "# Shop\n"})
    ),
    "a link, and a file behind it": beside(
        "AC-89",
        link("out", "/tmp") + new_file("out/agent-ci-out.py"),  # noqa: S108 - it is refused
        new_file("out/a.py") + new_file("out/b.py"),
    ),
    "a submodule": beside("AC-90", link("lib", f"Subproject commit {'1' * 40}", "160000"), new_file("lib/shop_lib.py")),
    "a submodule's address": edits(
        "AC-90",
        {".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = -u./payload\n'},
        {"modules.md": "There are none.\n"},
    ),
    "a mode": beside(
        "AC-91",
        with_mode("helper.py", "100644", "100755"),
        diff({"helper.py": FILES["helper.py"].replace("_", "_count")}),
    ),
    "a new file that can be run": beside("AC-91", new_file("run_shop", mode="100755"), new_file("run_shop")),
    "a rename into the workflows": beside(
        "AC-92",
        moved("README.md", ".github/workflows/readme.yml"),
        diff({"README.md": None, "docs/README.md": _README}),
    ),
    "a rename to conftest": beside(
        "AC-92", moved("helper.py", "conftest.py"), diff({"README.md": None, "GUIDE.md": _README})
    ),
    "a copy into the workflows": beside(
        "AC-92", moved("README.md", ".github/workflows/copy.yml", "copy"), diff({"COPY.md": _README})
    ),
    "a quoted path": beside("AC-93", quoted("conf\\164est.py"), quoted("caf\\303\\251.txt")),
    "a quoted folder": beside("AC-93", quoted("\\056github/workflows/x.yml"), quoted("docs/\\170.md")),
    "a case-only twin": at_path("AC-102", "SHOP.py", "shops.py"),
    "a name that starts with a dash": at_path("AC-103", "-rf", "r-f.txt"),
    "a name of two lines": beside("AC-103", quoted("a\\nb"), quoted("a b.txt")),
    "a very long name": at_path("AC-103", f"{'x' * 300}.py", f"{'x' * 100}.py"),
    "a name that is not UTF-8": beside("AC-103", quoted("a\\377"), quoted("a.txt")),
}

TEXTS: dict[str, Diffs] = {
    "a file behind a hunk": Diffs("AC-94", _HIDDEN, REPAIR + new_file("settings.py")),
    "two names": Diffs("AC-95", REPAIR.replace("+++ b/shop.py", "+++ b/conftest.py"), REPAIR),
    "more lines than are counted": Diffs(
        "AC-96", f"{_UNBROKEN}\n+import os; os._exit(0)\n", REPAIR.replace("@@ -1,5 +1,5 @@", "@@ -1,9 +1,9 @@")
    ),
    "more lines behind a gap": Diffs(
        "AC-96", f"{_UNBROKEN}\n\nAnd then:\n+import os; os._exit(0)\n", f"{_UNBROKEN}\n\nAnd then all is well.\n"
    ),
    "two fences": Diffs(
        "AC-97", f"{_FENCED}And to be sure:\n```diff\n{new_file('conftest.py')}```\n", f"{_FENCED}That is all.\n"
    ),
    "another notation in a second fence": Diffs(
        "AC-97", f"{_FENCED}{_SEARCH}", f"{_FENCED}Done.\n", may_be_dropped=True
    ),
    "orders in a second fence": Diffs(
        "AC-97",
        f"{_FENCED}```sh\nrm conftest.py\n```\n",
        f"{_FENCED}```sh\npython tests/run.py\n```\n",
        may_be_dropped=True,
    ),
    "a protected file in CRLF": Diffs(
        "AC-98", (REPAIR + new_file("conftest.py")).replace("\n", "\r\n"), REPAIR.replace("\n", "\r\n")
    ),
    "other ends of lines": beside("AC-98", _ENDS, diff({"README.md": f"{_README}In cents.\n"})),
    "a line behind a carriage return": in_line(
        "AC-99", f"{WANTED}  # count\r        __import__('os')._exit(0)", f"{WANTED}  # count"
    ),
    "a harmless line behind a carriage return": on_top(
        "AC-99", "NAME = 'shop'  # tea\rSIZE = 1", "NAME = 'shop'  # tea\nSIZE = 1"
    ),
    "a line behind a form feed": on_top("AC-99", "NAME = 'shop'  # tea\x0cimport os", "NAME = 'shop'  # tea; import"),
    "a line behind U+2028": on_top("AC-99", "NAME = 'shop'  # tea\u2028import os", "NAME = 'shop \u2013 tea'"),
    "a line behind U+0085": on_top("AC-99", "NAME = 'shop'  # tea\u0085import os", "NAME = 'shop \u2026 tea'"),
    "a binary file": beside("AC-100", _BINARY, new_file("logo.txt", "(a cup of tea)\n")),
    "a binary file as text": beside("AC-100", new_file("logo.txt", "a cup\0of tea\n"), new_file("logo.txt", "tea\n")),
    "an empty file": beside("AC-101", _EMPTY, new_file("version.py", "VERSION = '1'\n")),
    "two thousand files": beside("AC-104", diff(_MANY), diff(_FEW)),
    "eleven files": beside("AC-104", diff(dict(list(_MANY.items())[:11])), diff(_FEW)),
    "five megabytes": beside(
        "AC-104", new_file("data.txt", ("x" * 99 + "\n") * 50_000), new_file("data.txt", "x\n" * 99)
    ),
    "five hundred lines": Diffs(
        "AC-104", diff({"shop.py": SHOP.replace("amount += price\n", f"{WANTED}\n" + "    # tea\n" * 500)}), REPAIR
    ),
}
