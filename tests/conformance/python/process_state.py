import os
import signal

print(os.umask(0o022), os.getcwd(), os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid(), os.nice(0))
print({s.name: str(signal.getsignal(s)).split(' at ')[0] for s in signal.valid_signals() if isinstance(s, signal.Signals)})
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), os.cpu_count() > 0, os.getgroups())
print(open("/proc/self/comm").read(), open("/proc/self/cmdline").read().split("\0"), os.readlink("/proc/self/exe"))
