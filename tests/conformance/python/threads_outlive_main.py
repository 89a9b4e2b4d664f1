import threading
import time

def late():
    threading.main_thread().join()
    print("after main", threading.main_thread().is_alive())

threading.Thread(target=late).start()
print("main ends")
raise ValueError("main failed")
