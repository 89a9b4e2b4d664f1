import site
import sys

import installed

print(sys.path, installed.__file__, site.USER_BASE)
