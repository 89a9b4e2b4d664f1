import os
import signal

print("before", flush=True)
print("in the buffer")
os.kill(os.getpid(), signal.SIGHUP)
print("after")
