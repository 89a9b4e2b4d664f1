"""Runs a command as the root of a user namespace with the host's ids: so root has all capabilities in it,
whatever the machine withholds from its own root (CAP_SYS_RESOURCE, which the agent needs)."""

import ctypes
import os
import sys
from pathlib import Path

NEWUSER = 0x10000000


def main() -> int:
    unshared, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        if ctypes.CDLL(None, use_errno=True).unshare(NEWUSER):
            raise OSError(ctypes.get_errno(), "unshare")
        os.close(unshared[1])
        os.close(mapped[1])
        os.read(mapped[0], 1)
        os.execvp(sys.argv[1], sys.argv[1:])
    os.close(0)
    os.close(1)
    os.close(unshared[1])
    os.read(unshared[0], 1)
    for kind in ("uid", "gid"):
        Path(f"/proc/{child}/{kind}_map").write_text("0 0 65536")
    os.close(mapped[1])
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
