"""Small repositories whose tests pass and fail on one commit, each for a reason that is known."""

from __future__ import annotations

from bench.triage.seeded import RIGHT, TEST, Case


def _flaky(kind: str, text: str, why: str, *, red: tuple[str, ...] = ("test_it",), **more: object) -> Case:
    files = {"calc.py": RIGHT["calc.py"], "test_it.py": text, **more.pop("files", {})}  # type: ignore[dict-item]
    return Case(kind, "flaky", why, files, reported=red, **more)  # type: ignore[arg-type]


UNSTEADY: dict[str, Case] = {
    # order
    "polluted by a module": _flaky(
        "order",
        "import calc\n\n\ndef test_a():\n    calc.seen = 1\n\n\ndef test_it():\n    assert not hasattr(calc, 'seen')\n",
        "alone it passes",
    ),
    "polluted by the environment": _flaky(
        "order",
        """\
import os


def test_a():
    os.environ['MODE'] = 'x'


def test_it():
    assert 'MODE' not in os.environ
""",
        "alone it passes",
    ),
    "polluted by another file": _flaky(
        "order",
        "import calc" + TEST + "assert calc.add(1, 2) == 3\n",
        "alone it passes",
        files={"test_a.py": "import calc\n\n\ndef test_a():\n    calc.add = lambda a, b: 0\n"},
    ),
    "brittle: needs the one before": _flaky(
        "order",
        "import calc\n\n\ndef test_a():\n    calc.ready = 1\n\n\ndef test_it():\n    assert calc.ready\n",
        "the report says it failed; here it fails only in another order",
    ),
    "a list that grows": _flaky(
        "order",
        """\
LOG = []


def test_a():
    LOG.append(1)


def test_b():
    LOG.append(2)


def test_it():
    LOG.append(3)
    assert LOG == [3]
""",
        "alone it passes",
    ),
    # hash seed
    "hash of a text": _flaky(
        "hash seed", "def test_it():\n    assert hash('agent') % 2\n", "half of all seeds are red"
    ),
    "order of a set": _flaky(
        "hash seed",
        "def test_it():\n    assert next(iter({'red', 'green', 'blue', 'white'})) in ('red', 'blue')\n",
        "a set has no order",
    ),
    "text of a set": _flaky(
        "hash seed", "def test_it():\n    assert str({'a', 'b'}) == \"{'a', 'b'}\"\n", "a set has no order"
    ),
    # clock
    "expired": _flaky(
        "clock", "import datetime" + TEST + "assert datetime.date.today().year < 2025\n", "it was right before 2025"
    ),
    "a certificate": _flaky(
        "clock",
        "import calc" + TEST + "assert calc.is_valid()\n",
        "what is compared with now has run out",
        files={"calc.py": "import time\n\n\ndef is_valid():\n    return time.time() < 1735689600\n"},
    ),
    "an age": _flaky(
        "clock",
        "from calc import age" + TEST + "assert age() in range(20, 24)\n",
        "the person was that old once",
        files={"calc.py": "from datetime import date\n\n\ndef age():\n    return date.today().year - 2001\n"},
    ),
    "expired, with a base": _flaky(
        "clock",
        "from datetime import datetime" + TEST + "assert datetime.now() < datetime(2025, 1, 1)\n",
        "base and change fail alike, because of the day",
        base={"test_it.py": "from datetime import datetime" + TEST + "assert datetime.now() < datetime(2025, 1, 1)\n"},
        given={"base": "main"},
    ),
    # chance
    "random": _flaky("chance", "import random" + TEST + "assert random.random() < 0.5\n", "half of all runs are red"),
    "random bytes": _flaky("chance", "import os" + TEST + "assert os.urandom(1)[0] % 2\n", "half of all runs are red"),
    "the time's last digit": _flaky(
        "chance", "import time" + TEST + "assert time.perf_counter_ns() // 1000 % 2\n", "half of all runs are red"
    ),
    "a race": _flaky(
        "race",
        """\
import random, threading, time


def test_it():
    seen = []

    def work(name):
        time.sleep(random.random() / 100)
        seen.append(name)

"""
        """\
    threads = [threading.Thread(target=work, args=(name,)) for name in 'ab']
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert seen == ['a', 'b']
""",
        "the threads end in any order",
    ),
    "a race with a process": _flaky(
        "race",
        """\
import random, subprocess, sys, time


def test_it():
    child = subprocess.Popen([sys.executable, '-c', 'import random, time; time.sleep(random.random() / 5)'])
    time.sleep(0.12)
    done = child.poll()
    child.wait()
    assert done == 0
""",
        "the child is done in time or not",
    ),
    # shared state
    "a shared file": _flaky(
        "shared file",
        """\
from pathlib import Path

PLACE = Path('state.txt')


def test_a():
    PLACE.write_text('x')


def test_it():
    assert not PLACE.exists()
""",
        "alone it passes",
    ),
    "a shared temporary file": _flaky(
        "shared file",
        """\
import tempfile
from pathlib import Path

PLACE = Path(tempfile.gettempdir(), 'bench-state.txt')


def test_a():
    PLACE.write_text('x')


def test_it():
    assert not PLACE.exists()
""",
        "alone it passes",
    ),
}
