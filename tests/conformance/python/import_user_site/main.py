import sys

import installed

print(sys.path, installed.__file__, installed.added, 'usercustomize' in sys.modules)
