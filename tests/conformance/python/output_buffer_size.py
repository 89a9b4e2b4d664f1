import os
import sys

sys.stdout.write("a" * 8191)
os.write(1, b"|")
sys.stdout.write("b" * 2)
os.write(1, b"|")
sys.stdout.write("c" * 10000)
os.write(1, b"|")
