import sys
print(sys.argv, sys.orig_argv, ascii(sys.argv[1:]))
print(__file__, sys.path[0])
