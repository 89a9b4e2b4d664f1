import inspect
import linecache
import sys

def f():
    return 1

print(open(__file__).read() == inspect.getsource(sys.modules["__main__"]))
print(inspect.getsource(f), inspect.getsourcefile(f), inspect.getfile(f))
print(repr(linecache.getline(__file__, 1)), len(linecache.cache))
print(__loader__.get_source("__main__")[:15])
