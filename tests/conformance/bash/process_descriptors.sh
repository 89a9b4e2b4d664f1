ls /proc/self/fd | wc -l
exec {fd}< /dev/null
echo "$fd"
for fd in {0..12} 255; do [[ -e /proc/$$/fd/$fd ]] && printf "%s " $fd; done; echo
