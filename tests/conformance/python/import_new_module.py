import importlib
import pathlib
import sys

pathlib.Path("fresh.py").write_text("x = 1")
import fresh

print(fresh.x, fresh.__file__, sorted(p.name for p in pathlib.Path("__pycache__").iterdir()))
pathlib.Path("fresh.py").write_text("x = 22")
print(importlib.reload(fresh).x, sys.dont_write_bytecode, sys.pycache_prefix)
