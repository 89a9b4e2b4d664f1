printf "%q\n" "$IFS"
echo "$PATH"
ls
