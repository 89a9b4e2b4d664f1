import sys
import found

assert False
print(sys.flags, sys.path, sys.warnoptions, hash('x'), sys.stdout.encoding, sys.orig_argv)
