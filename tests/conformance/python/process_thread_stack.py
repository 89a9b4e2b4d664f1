import ctypes
import threading

libc = ctypes.CDLL(None)

def size():
    attributes = (ctypes.c_char * 64)()
    value = ctypes.c_size_t()
    libc.pthread_getattr_default_np(attributes)
    libc.pthread_attr_getstacksize(attributes, ctypes.byref(value))
    return value.value

print(size(), threading.stack_size())
