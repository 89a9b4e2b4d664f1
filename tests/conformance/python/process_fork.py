import os
import sys

print("twice, from the buffer")
pid = os.fork()
if pid == 0:
    print("child", __name__)
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
