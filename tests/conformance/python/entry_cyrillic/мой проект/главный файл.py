import sys
print(sys.argv, sys.orig_argv, ascii(sys.argv[1:]))
import сосед
print(__file__, sys.path[0], сосед.__file__)
1 / 0
