import os
import sys

if len(sys.argv) == 1:
    print("before", flush=True)
    os.execv(sys.executable, [sys.executable, __file__, "again"])
print(sys.argv, sys.orig_argv)
