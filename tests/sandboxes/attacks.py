"""What hostile code tries in a sandbox, by the number of the attack; each is a Python program of a few lines."""

from __future__ import annotations

import sys

PRELUDE = """
import ctypes, errno, os, platform, socket, sys
bait = dict(line.split('=', 1) for line in open('bait').read().splitlines())
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
X86 = platform.machine() == 'x86_64'
def attack():
"""
EPILOGUE = """
try:
    attack()
except OSError as error:
    print('denied', errno.errorcode.get(error.errno, error.errno))
else:
    print('ALLOWED')
"""

DENIED = {
    "AC-02 the environment of another process": "open(f\"/proc/{bait['pid']}/environ\", 'rb').read()",
    "AC-03 the memory of another process": "open(f\"/proc/{bait['pid']}/mem\", 'rb')",
    "AC-03 the open files of another process": "open(f\"/proc/{bait['pid']}/fd/0\")",
    "AC-03 process_vm_readv": "call(310 if X86 else 270, int(bait['pid']), None, 0, None, 0, 0)",
    "AC-03 ptrace": "call(101 if X86 else 117, 0x4206, int(bait['pid']), None, None)",
    "AC-03 a file of another process by pidfd_getfd": "call(438, 0, 0, 0)",
    "AC-04 a file in the home of the user": "open(bait['home'] + '/.netrc').read()",
    "AC-04 what lies in the home of the user": "os.listdir(bait['home'])",
    "AC-06 TCP to a listener outside": "socket.create_connection(('127.0.0.1', int(bait['tcp'])), 2)",
    "AC-06 UDP away from here": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))",
    "AC-06 IPv6 away from here": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(('2001:db8::1', 53))",
    "AC-06 a raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "AC-06 a packet socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "AC-06 AF_VSOCK": "socket.socket(40, socket.SOCK_STREAM)",
    "AC-06 AF_NETLINK": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "AC-06 AF_ALG": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "AC-06 io_uring": "call(425, 1, None)",
    "AC-07 an abstract socket outside": "socket.socket(socket.AF_UNIX).connect('\\0' + bait['abstract'])",
    "AC-08 write to /etc": "open('/etc/agent-ci-was-here', 'w')",
    "AC-08 write to the home of the user": "open(bait['home'] + '/left', 'w')",
    "AC-08 write where every user may": "open(bait['open'] + '/left', 'w')",
    "AC-08 cut a file that every user may write": "os.truncate(bait['open'] + '/file', 0)",
    "AC-08 remove where every user may": "os.unlink(bait['open'] + '/file')",
    "AC-08 write to a program": "open(sys.executable, 'r+b')",
    "AC-08 a setting of the kernel": "open('/proc/sys/kernel/hostname', 'w').write('x')",
    "AC-09 write through a link": "os.symlink(bait['open'], 'link'); open('link/left', 'w')",
    "AC-10 a hard link to a file outside": "os.link(bait['open'] + '/file', 'linked')",
    "AC-11 move a file over one outside": "open('mine', 'w'); os.rename('mine', bait['open'] + '/file')",
    "AC-12 mount": "call(165 if X86 else 40, b'none', b'/mnt', b'tmpfs', 0, None)",
    "AC-12 the new way to mount": "call(430, b'tmpfs', 0)",
    "AC-12 chroot": "os.chroot('.')",
    "AC-13 a user namespace": "call(272 if X86 else 97, 0x10000000)",
    "AC-13 a namespace by clone": "call(56 if X86 else 220, 0x10000000 | 17, None, None, None, None)",
    "AC-13 another process's namespaces": "call(308 if X86 else 268, os.open('/proc/self/ns/net', os.O_RDONLY), 0)",
    "AC-14 become root": "os.setuid(0)",
    "AC-15 type into a terminal": "import fcntl, pty; fcntl.ioctl(pty.openpty()[1], 0x5412, b'x')",
    "AC-16 a signal to another process": "os.kill(int(bait['pid']), 0)",
    "a BPF program": "call(321 if X86 else 280, 0, None, 0)",
    "the kernel's keys": "call(250 if X86 else 219, 0, -3, 0)",
    "a file by its handle": "call(304 if X86 else 265, -1, None, 0)",
    "measure other programs": "call(298 if X86 else 241, None, 0, -1, -1, 0)",
    "page faults of its own": "call(323 if X86 else 282, 0)",
    "a module of the kernel": "call(313 if X86 else 273, -1, b'', 0)",
    "a device": "os.mknod('device', 0o60600, os.makedev(7, 0))",
    "a disk": "os.open(bait['disk'], os.O_RDONLY)",
}


def program(body: str) -> tuple[str, ...]:
    """The command that tries *body*."""
    return (sys.executable, "-c", f"{PRELUDE}    {body}\n{EPILOGUE}")
