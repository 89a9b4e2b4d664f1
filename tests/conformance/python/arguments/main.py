import sys
print(sys.argv, sys.orig_argv, ascii(sys.argv[1:]))
