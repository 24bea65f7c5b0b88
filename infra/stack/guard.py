"""Becomes a service and leaves a watcher beside it, so that the service cannot outlive a parent that died.

Run as a script: `guard.py OWNER_FD IDENTITY COMMAND ...`. OWNER_FD is the reading end of a pipe whose writing end
only the owner holds. The watcher

- kills the service's process group when the pipe ends without a word: the owner died, however it died;
- leaves when it reads RELEASED: the service shall outlive its owner;
- leaves when the service and all its children have ended: they hold the other pipe, `life`, until then.

The watcher belongs to the group that it kills, so the group's id cannot have been given to somebody else. Imports the
standard library only and nothing slow: it is in the way of every start.
"""

import ctypes
import os
import select
import signal
import sys

RELEASED = b"released"
# Who the service is: this user; root under the name of nobody; nobody itself.
AS_IS = "as-is"
NOBODY_IN_NAMESPACE = "nobody-in-namespace"
NOBODY_ITSELF = "nobody-itself"
PROBE = "probe"
CLONE_NEWUSER = 0x1000_0000
NOBODY = 65534
STANDARD_STREAMS = 3


def enter_namespace() -> None:
    """Be called `nobody` by a program that refuses to run as root, while files stay accessible as root's.

    A user namespace whose only user is this process's under another number; the next exec drops what root may do.
    Raises: OSError where the kernel or a container forbids user namespaces.
    """
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    for name, line in (("uid_map", f"{NOBODY} {uid} 1"), ("setgroups", "deny"), ("gid_map", f"{NOBODY} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)


def watch(owner: int, life: int) -> None:
    """Wait for the owner's end, its word, or the service's end; act as the module says."""
    while True:
        ready, _, _ = select.select([owner, life], [], [])
        if life in ready:
            return
        if os.read(owner, len(RELEASED)) == RELEASED:
            return
        os.killpg(os.getpgrp(), signal.SIGKILL)


def leave_watcher(owner: int) -> None:
    """Fork twice, so that the watcher is nobody's child and leaves no zombie under the service."""
    life_read, life_write = os.pipe()
    os.set_inheritable(life_write, True)
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        os.close(life_read)
        os.close(owner)
        return
    if os.fork():
        os._exit(0)
    # The service may be asked to stop through its group and take its time; the watcher stays until it has ended.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.close(life_write)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(STANDARD_STREAMS):
        os.dup2(null, stream)
    try:
        watch(owner, life_read)
    finally:
        os._exit(0)


def main() -> None:
    """Leave the watcher, then become the command; or only try whether a namespace can be had."""
    if sys.argv[1:] == [PROBE]:
        enter_namespace()
        return
    owner, identity, *command = int(sys.argv[1]), *sys.argv[2:]
    leave_watcher(owner)
    if identity == NOBODY_IN_NAMESPACE:
        enter_namespace()
    elif identity == NOBODY_ITSELF:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
