import __main__
import sys

print(sorted(globals()))
print(list(globals())[:10])
print(__name__, __file__, __spec__, __package__, __doc__, __builtins__)
print(type(__loader__), __loader__.name, __loader__.path)
print(__main__ is sys.modules["__main__"], vars(__main__) is globals(), __main__.__cached__, '__annotations__' in globals())
