seq 1 1000 | sort -rn | head -3
echo "${PIPESTATUS[@]}"
false | true | (exit 3); echo "${PIPESTATUS[@]}"
set -o pipefail; false | true; echo $?
yes | head -1
