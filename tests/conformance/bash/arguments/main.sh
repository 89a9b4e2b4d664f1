echo "$# arguments"
printf "<%s>\n" "$@" "$*" "$0"
shift 2
echo "$1" "${@: -1}"
set -- new ones
echo "$@"
