import sys

print(ascii(sys.stdin.read()), sys.stdin.encoding, sys.stdin.errors, sys.stdin.line_buffering)
