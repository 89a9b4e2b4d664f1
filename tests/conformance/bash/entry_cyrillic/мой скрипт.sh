echo "$0" "${BASH_SOURCE[0]}" "$BASH_ARGV0"
нет_такой_команды
echo "$LINENO"
