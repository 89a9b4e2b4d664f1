import sys

def hook(*_):
    raise RuntimeError("the hook failed")

sys.excepthook = hook
raise LookupError("mine")
