a=(one "two words" three)
a+=(four)
declare -A map=([key]=value [я]=буква)
echo "${#a[@]} ${a[1]} ${!a[@]} ${a[@]:1:2} ${map[я]} ${#map[@]}"
mapfile -t lines < <(printf "1\n2\n3\n")
echo "${lines[*]}"
