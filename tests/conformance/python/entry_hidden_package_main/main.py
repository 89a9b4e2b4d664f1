import runpy
import sys

print(sorted(runpy.run_module('tool', run_name='__main__', alter_sys=True))[:3])
print(runpy.run_path('tool/lib.py')['x'], sys.argv)
