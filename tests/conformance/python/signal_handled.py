import os
import signal

def handler(number, frame):
    print(signal.Signals(number).name, frame.f_code.co_name, frame.f_back)

for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGALRM):
    signal.signal(number, handler)
    os.kill(os.getpid(), number)
signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.pause()
signal.signal(signal.SIGTERM, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGTERM)
