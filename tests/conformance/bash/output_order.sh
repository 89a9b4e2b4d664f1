echo out 1
echo err 1 >&2
{ echo out 2; echo err 2 >&2; } 2>&1
exec 3>&1
echo through 3 >&3
