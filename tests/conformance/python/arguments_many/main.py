import sys
print(len(sys.argv), len(sys.orig_argv), hash(tuple(sys.argv)) == hash(tuple(sys.orig_argv[1:])), sys.argv[-1])
