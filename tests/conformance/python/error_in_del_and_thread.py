import sys
import threading

sys.unraisablehook = lambda unraisable: print(repr(unraisable.exc_value), unraisable.object.__qualname__)

class Noisy:
    def __del__(self):
        raise ValueError("in __del__")

    def __repr__(self):
        return "<Noisy>"

del (noisy := [Noisy()])[0]

def fail():
    raise KeyError("in thread")

thread = threading.Thread(target=fail, name="worker")
thread.start()
thread.join()
