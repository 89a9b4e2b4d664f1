import sys

def hook(kind, value, trace):
    frames = 0
    while trace:
        frames, trace = frames + 1, trace.tb_next
    print(kind.__name__, value, frames)

sys.excepthook = hook

def fail():
    raise LookupError("mine")

fail()
