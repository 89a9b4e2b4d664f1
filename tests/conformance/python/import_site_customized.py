import sys

print(sorted(vars(sys.modules['sitecustomize'])), 'usercustomize' in sys.modules)
