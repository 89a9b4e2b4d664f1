import os
import sys

read, write = os.pipe()
os.close(read)
os.dup2(write, 1)
print("into nothing")
try:
    sys.stdout.flush()
except BrokenPipeError as error:
    print(repr(error), file=sys.stderr)
print("again")
