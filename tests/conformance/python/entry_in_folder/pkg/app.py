import sys

import helper

print(sys.argv, sys.orig_argv, sys.path[0], __file__, helper.__file__)
helper.fail()
