echo "$0" "$PWD" "$(dirname "$0")"
source "$(dirname "$0")/../lib/helper.sh"
help_me 1 2
fail_there
