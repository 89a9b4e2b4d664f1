import sys
import tracemalloc

tracemalloc.start()
data = [object() for _ in range(10)]
print(tracemalloc.is_tracing(), tracemalloc.get_object_traceback(data[0]))

def tracer(frame, event, argument):
    print(event, frame.f_code.co_name)
    return tracer

def f():
    return 1

sys.settrace(tracer)
f()
sys.settrace(None)
sys.addaudithook(lambda event, args: event == "open" and print(event, args))
open("/dev/null").close()
