read -r x; echo "$? <$x>"
cat
read -t 1 -n 1; echo $?
