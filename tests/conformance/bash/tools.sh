echo "a,b;c" | awk -F"[,;]" "{print \$3, NR}"
echo '{"a": [1, {"b": "я"}]}' | jq -c ".a[1].b"
printf "3\n1\n2\n" | sort -n | paste -sd+ | bc
find . -type f | sed "s/^/found /"
echo text | xxd
echo text | base64 | base64 -d | md5sum
grep -c . < "$0"
file "$0"
zip -q x.zip "$0" && unzip -p x.zip | head -1
