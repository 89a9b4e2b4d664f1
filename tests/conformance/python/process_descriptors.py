import os

for fd in range(256):
    try:
        status = os.fstat(fd)
    except OSError:
        continue
    print(fd, oct(status.st_mode >> 12), os.get_inheritable(fd), os.get_blocking(fd), os.isatty(fd))
print(os.open("/dev/null", os.O_RDONLY))
