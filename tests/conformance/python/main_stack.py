import inspect
import sys
import threading

def depth():
    frame, n = sys._getframe(), 0
    while frame:
        frame, n = frame.f_back, n + 1
    return n

print(depth(), [(f.filename, f.lineno, f.function, f.code_context) for f in inspect.stack()])
print(sys._getframe().f_back, sys._getframe().f_code.co_name, sys._getframe().f_code.co_filename)
print(sys.gettrace(), sys.getprofile(), len(sys._current_frames()), threading.gettrace())
