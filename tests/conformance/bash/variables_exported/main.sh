declare -p | grep -e "-x" -e "-r" -e "-i" | grep -v -e PPID -e BASH_VERSINFO
