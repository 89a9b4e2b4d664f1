import os
import sys

print(sys.stdout.line_buffering, sys.stderr.line_buffering, sys.stdout.write_through, sys.stderr.write_through)
print(type(sys.stdout.buffer), type(sys.stdout.buffer.raw), sys.stdout.buffer.raw.mode, sys.stdout.name, sys.stdout.mode)
sys.stdout.write("buffered\n")
os.write(1, b"written first\n")
sys.stdout.flush()
sys.stderr.write("at once")
os.write(2, b" then\n")
print("unflushed", end="")
