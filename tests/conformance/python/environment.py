import ctypes
import os
import posix

print(list(os.environ.items()))
print(os.environ._data is posix.environ, posix.environ, os.environb == posix.environ)
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
i = 0
while environ[i] is not None:
    print(environ[i])
    i += 1
print(os.getenv("HEARTH_PARK"), os.path.expanduser("~"), os.getcwd(), os.environ.get("PWD"))
