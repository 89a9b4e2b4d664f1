while read -r x; do :; done
echo done
