import sys

from .lib import x

print(x, __package__, sys.argv, __spec__.name)
