import os
import sys

n = int(input())
print(n, list(map(int, input().split())))
print(repr(sys.stdin.readline()), sys.stdin.fileno(), sys.stdin.isatty())
for line in sys.stdin:
    print(ascii(line))
print(repr(os.read(0, 10)))
