import os
import time

if os.fork() == 0:
    os.setsid()
    os.close(1)
    os.close(2)
    time.sleep(0.05)
    os._exit(1)
print("parent leaves")
