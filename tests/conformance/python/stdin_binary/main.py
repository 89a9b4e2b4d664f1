import sys

print(sys.stdin.buffer.read(3), sys.stdin.buffer.read1(), sys.stdin.buffer.read())
