echo "$NAME,$EMPTY"
export -p
env | sort | grep -v "^_="
unset NAME
env | grep -c NAME
