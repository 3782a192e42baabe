"""What ordinary tests do, and a sandbox must leave alone: the command of each, by what it is."""

from __future__ import annotations

import sys

SCRIPTS = {
    "write the copy, the outbox, the home and the temporary folder": (
        "touch a ../outbox/b $HOME/c $TMPDIR/d && mkdir -p $HOME/.cache/x && mv a $TMPDIR/e && rm $HOME/c"
    ),
    "its own /proc": "cat /proc/self/status /proc/cpuinfo /proc/meminfo > /dev/null && ls /proc/self/fd",
    "devices": "echo x > /dev/null && head -c 1 /dev/urandom > /dev/null && head -c 1 < /dev/zero",
    "certificates and names": "getent hosts localhost && ls /etc/ssl/certs > /dev/null",
    "git": (
        "git log --format=%s && git status --porcelain && git -c user.name=a -c user.email=b commit --allow-empty -qm x"
    ),
}
CODE = {
    "processes, pipes and locks": """
import multiprocessing as m
if __name__ == '__main__':
    with m.get_context('fork').Pool(2) as pool: assert pool.map(abs, [-1, -2]) == [1, 2]
    m.Lock().acquire()
""",
    "shared memory": """
from multiprocessing.shared_memory import SharedMemory
SharedMemory(create=True, size=9).unlink()
""",
    "sqlite": "import sqlite3\nc = sqlite3.connect('x.db')\nc.execute('create table t (a)')\nc.commit()",
    "asyncio": """
import asyncio, sys
async def main(): return await (await asyncio.create_subprocess_exec('true')).wait()
sys.exit(asyncio.run(main()))
""",
    "a unix socket of its own": """
import socket
server = socket.socket(socket.AF_UNIX)
server.bind('s')
server.listen()
socket.socket(socket.AF_UNIX).connect('s')
""",
    "a terminal": "import pty, os\na, b = pty.openpty()\nos.write(b, b'x')\nassert os.read(a, 1) == b'x'",
    "threads": "import threading\nfor _ in range(50): threading.Thread(target=print).start()",
}
BENIGN = {
    **{what: ("sh", "-c", script) for what, script in SCRIPTS.items()},
    **{what: (sys.executable, "-c", code) for what, code in CODE.items()},
    "pytest": (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:rerunfailures", "test_it.py"),
    "node": ("node", "-e", "require('child_process').execSync('true'); console.log(require('os').cpus().length)"),
    "java": ("java", "-version"),
}
