import sys

import sibling

print(sys.argv, sys.orig_argv, sys.path[0], __file__, __spec__.name, repr(__package__), __loader__.path, sibling.__file__)
print(sys._getframe().f_back.f_code.co_name)
raise ValueError("in a folder")
