import ctypes
import faulthandler

print(faulthandler.is_enabled(), flush=True)
faulthandler.enable(all_threads=False)


def crash():
    ctypes.string_at(0)


crash()
