printf "echo appended\n" >> "$0"
echo first
