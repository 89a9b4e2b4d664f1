set -euo pipefail
trap 'echo "error at $LINENO: $BASH_COMMAND"' ERR
false | true
echo never
