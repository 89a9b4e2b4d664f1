printf "\x00\xff\x80\n"
printf "%b" "\\0101\\n"
