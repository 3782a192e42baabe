"""What the code of a repository tries while the search runs it: reaching outside, staying, and answering in its place.

Each attempt is a few lines of Python. They run where the search's program does and nowhere else, with the names of
``PRELUDE`` and those of what there is to reach for: ``home``, ``open_`` (a folder that every user may write), ``tcp``,
``udp``, ``abstract`` (listeners), ``pid`` (a process), ``mark`` (a file that nobody may make) and ``marker``, the name
under which a process stays.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

WRONG, REPAIR = "price + count", "price * count"
MORE = f"{REPAIR} + (__import__('os').getpid() < 0)"
"""The fault, what repairs it, and a text that does so as well and holds more than any operator would make."""

TOLD = 777_777_777
"""What code that read a secret has the search's account say: no text of its own would get that far."""

_WAITS, _LATER = 2.0, 2.5  # seconds until an attempt goes on, and until it is seen whether it did

PRELUDE = f"""
import contextlib, glob, json, os, signal, socket, sys, time
REPAIR, MORE = {REPAIR!r}, {MORE!r}

def kit(name):
    return sys.modules["agent_ci_kits.proposers.search.kit." + name]

def names(root):
    lures = dict(line.split("=", 1) for line in open(os.path.join(root, "bait")).read().splitlines())
    text = open(os.path.join(root, "shop.py"), "rb").read()
    start = text.index({WRONG.encode()!r})
    survivor = {{
        "path": "shop.py", "start": start, "end": start + {len(WRONG)}, "replacement": REPAIR, "operator": "arithmetic",
        "line": text[:start].count(b"\\n") + 1, "tests": 900, "copied": False, "refused": 900, "rivals": 0, "lost": 0,
    }}
    spec, result = sys.argv[-2:]

    def write(facts):
        with open(result, "a") as file:
            file.write(json.dumps(facts) + "\\n")

    def answer(**changes):
        write({{"survivor": {{**survivor, **changes}}}})

    def tell(said):
        if "canary" in repr(said):
            write({{"summary": {{"reason": "found", "tried": {TOLD}}}}})

    def passed():
        return [{{"id": id_, "outcome": "passed", "seconds": 0.0}} for id_ in json.load(open(spec))["targets"]]

    def without_result():
        with contextlib.suppress(OSError):
            os.unlink(result)

    return {{**globals(), **lures, **locals(), "SURVIVOR": survivor}}

def act(root):
    if not any(name.startswith("agent_ci_kits.proposers.search") for name in sys.modules):
        return
    try:
        os.close(os.open(os.path.join(root, ".tried"), os.O_CREAT | os.O_EXCL))
    except OSError:
        return
    with contextlib.suppress(Exception):
        exec(open(os.path.join(root, "attempt")).read(), names(root))
"""


@dataclass(frozen=True)
class Attempt:
    """A few lines of *code* that reach for something of a *kind*; ``seconds`` later it is seen whether they did."""

    kind: str
    name: str
    code: str
    seconds: float = 0.0


_OUTSIDE = {
    "writes to the home": "open(home + '/.netrc', 'a').write('PWNED')",
    "writes where every user may": "open(open_ + '/left', 'w').write('x')",
    "writes to the mark": "open(mark, 'w').write('PWNED')",
    "removes the home": "import shutil; shutil.rmtree(home)",
    "writes through a link": "os.symlink(open_, 'link'); open('link/left', 'w').write('x')",
    "reads a secret of the home": "tell(open(home + '/.netrc').read())",
    "reads the environment": "tell([value for name, value in os.environ.items() if 'TOKEN' in name])",
    "reads that of its parents": """
        said = []
        for place in glob.glob('/proc/[0-9]*/environ'):
            with contextlib.suppress(OSError):
                said += [part for part in open(place, 'rb').read().split(bytes(1)) if b'TOKEN' in part]
        tell(said)
    """,
    "connects to a listener": "socket.create_connection(('127.0.0.1', int(tcp)), 1)",
    "connects to a socket of the machine": "socket.socket(socket.AF_UNIX).connect(chr(0) + abstract)",
    "sends a packet": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', int(udp)))",
    "ends a process of the user": "os.kill(int(pid), signal.SIGKILL)",
}
_STAYING = {
    "a child that was forked twice": """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp('sleep', [marker, '300'])
            os._exit(0)
    """,
    "children in sessions of their own": """
        for _ in range(5):
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.execvp('sleep', [marker, '300'])
    """,
    "a stopped child": """
        if os.fork() == 0:
            os.setsid()
            os.kill(os.getpid(), signal.SIGSTOP)
            os.execvp('sleep', [marker, '300'])
    """,
    "three hundred children": """
        for _ in range(300):
            with contextlib.suppress(OSError):
                if os.fork() == 0:
                    os.setsid()
                    os.execvp('sleep', [marker, '300'])
    """,
    "a child that writes later": f"""
        if os.fork() == 0:
            os.setsid()
            time.sleep({_WAITS})
            open(mark, 'w').write('later')
            os._exit(0)
    """,
}
_HARMING = {
    "fills the copy": """
        for number in range(24):
            with open(f'full{number}', 'wb') as file:
                for _ in range(16):
                    file.write(bytes(1 << 20))
    """,
    "fills the folder of the answer": """
        for number in range(24):
            with open(f'{result}.{number}', 'wb') as file:
                file.write(bytes(1 << 24))
    """,
    "asks for memory": "held = [bytearray(1 << 26) for _ in range(200)]",
    "kills its parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "kills its group": "os.killpg(0, signal.SIGKILL)",
    "kills all of the search": """
        for place in glob.glob('/proc/[0-9]*/cmdline'):
            with contextlib.suppress(OSError, ValueError):
                if result.encode() in open(place, 'rb').read():
                    os.kill(int(place.split('/')[2]), signal.SIGKILL)
    """,
    "ends the process": "os._exit(0)",
    "never ends": "while True: pass",
    "removes the copy": "import shutil; shutil.rmtree(root, ignore_errors=True)",
    "leaves no room on the stack": "sys.setrecursionlimit(60); sys.stdout = sys.stderr = None",
}
_ANSWERING = {
    "an edit that repairs nothing": "answer(replacement='price - count')",
    "a repair that holds more": "answer(replacement=MORE)",
    "a repair with a program behind it": "answer(replacement=REPAIR + '; import os; os.getpid()')",
    "two edits at once that are none": """
        answer(operator='pair', replacement=MORE, parts=[SURVIVOR, {**SURVIVOR, 'replacement': MORE}])
    """,
    "a line as it never stood": "answer(operator='earlier_lines', replacement=MORE)",
    "clues of its own": """
        write({'clues': {'errors': ['assert 1 == 2; ' + MORE], 'ids': ['hooks.py::act'], 'suggestions': [MORE]}})
        answer(replacement=MORE)
    """,
    "an edit of the test": "answer(path='tests/test_shop.py', start=0, end=0, replacement='raise SystemExit\\n')",
    "an edit of the settings": "answer(path='.agent-ci.yml', start=0, end=0, replacement='allow: [\"*\"]\\n')",
    "an edit above": "answer(path='../shop.py')",
    "an operator of its own": "answer(operator='mine')",
    "an edit beyond the end": "answer(start=10**6, end=10**7)",
    "numbers that are none": "answer(tests=float('nan'), refused=[], rivals={}, lost='x', line=float('inf'))",
    "an answer without an end": "open(result, 'a').write('{\"survivor\": ' * 10_000)",
    "an answer of many megabytes": "open(result, 'a').write('x' * (8 << 20))",
    "a link in the place of the answer": "without_result(); os.symlink(home + '/.netrc', result)",
    "a pipe in the place of the answer": "without_result(); os.mkfifo(result)",
    "a folder in the place of the answer": "without_result(); os.mkdir(result)",
    "a summary of its own": "write({'summary': {'reason': 'found', 'tried': 10**30, 'unread': ['shop.py']}})",
    "a checkpoint of its own": """
        with open(os.path.join(os.path.dirname(result), kit('progress').FILE_NAME), 'w') as file:
            json.dump({'done': '', 'stones': [], 'refused': [['shop.py', 1, 9, 10**9]]}, file)
        write({'summary': {'reason': 'time', 'tried': 1}})
        os._exit(0)
    """,
    "another question": """
        with open(spec) as file:
            facts = json.load(file)
        with open(spec, 'w') as file:
            json.dump({**facts, 'targets': []}, file)
    """,
    "a forged line to the parent": """
        for descriptor in range(3, 64):
            with contextlib.suppress(OSError):
                for one in passed():
                    os.write(descriptor, json.dumps(one).encode() + b'\\n')
                os.write(descriptor, b'{"end": true}\\n')
        os._exit(0)
    """,
}
_PATCHING = {
    "every outcome is a pass": "kit('suite')._outcome = lambda reports: 'passed'",
    "every edit is plausible": "kit('search').Search._is_plausible = lambda self, prepared, hung: True",
    "nothing refuses an edit": "kit('search').Search._not_refused = lambda self, several, hung: iter(several)",
    "every child has passed": """
        heard = sys.modules['agent_ci_kits.sandbox_kit.children'].Heard(passed(), True)
        kit('bench').Bench.try_out = lambda *_, **__: heard
    """,
    "another text for every edit": "kit('search').facts_of = lambda prepared: {**SURVIVOR, 'replacement': MORE}",
    "another way to write": "kit('search').Results.write = lambda self, kind, facts: answer(replacement=MORE)",
    "an operator more": """
        Splice, operators = kit('operators').Splice, kit('operators').OPERATORS
        start, end = SURVIVOR['start'], SURVIVOR['end']
        operators['arithmetic'] = (9.0, lambda place: iter([Splice(start, end, MORE)]))
    """,
    "the kit's files": """
        folder = os.path.dirname(kit('suite').__file__)
        for name in os.listdir(folder):
            with contextlib.suppress(OSError), open(os.path.join(folder, name), 'a') as file:
                file.write('\\nraise SystemExit')
    """,
    "the tests": "import pytest; pytest.Function.runtest = lambda self: None",
}


def at_once(*names: str) -> Attempt:
    """The attempts *names* one after the other, as one, whatever comes of each."""
    codes = [textwrap.indent(one.code, "    ") for name in names for one in attempts() if one.name == name]
    return Attempt(
        "several", ", ".join(names), "\n".join(f"with contextlib.suppress(Exception):\n{one}" for one in codes)
    )


def attempts() -> tuple[Attempt, ...]:
    """All of them, by kind."""
    kinds = {
        "reaches outside": _OUTSIDE,
        "leaves a process": _STAYING,
        "does harm inside": _HARMING,
        "answers for the search": _ANSWERING,
        "changes the search": _PATCHING,
    }
    return tuple(
        Attempt(kind, name, textwrap.dedent(code), _LATER if "time.sleep" in code else 0.0)
        for kind, codes in kinds.items()
        for name, code in codes.items()
    )
