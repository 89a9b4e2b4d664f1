read -r first second rest
echo "$first|$second|$rest"
while IFS= read -r line || [[ -n $line ]]; do printf "<%s>\n" "$line"; done
read -r x; echo "$?"
