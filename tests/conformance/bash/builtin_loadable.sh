enable | grep -c .
enable -f nothing.so nothing; echo $?
