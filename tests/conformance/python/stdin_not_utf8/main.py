import sys

print(ascii(sys.stdin.readline()))
