x="Привет, мир 🎉"
echo "$x" "${#x}" "${x:0:6}" "${x^^}"
яблоко=1 2> /dev/null; echo $?
printf "%-10s|\n" "ёж"
[[ $x == П* ]] && echo match
