tr "\0" "\n" < /proc/$$/cmdline | grep .
cat /proc/$$/comm
readlink /proc/$$/exe
tr "\0" "\n" < /proc/$$/environ | grep .
