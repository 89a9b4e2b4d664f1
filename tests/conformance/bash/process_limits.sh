ulimit -a | grep -v "pipe size"
umask
id -u
