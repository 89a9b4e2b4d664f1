x="яблоко"
echo "${#x}" "${x:0:1}" | od -c | head -2
printf "%s\n" b A a B | sort
