set -o | grep posix
echo "$POSIXLY_CORRECT"
