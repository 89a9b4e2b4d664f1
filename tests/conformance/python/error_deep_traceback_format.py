import traceback

def f():
    raise ValueError("caught")

try:
    f()
except ValueError:
    traceback.print_exc()
traceback.print_stack()
