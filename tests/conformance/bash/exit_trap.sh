trap 'echo "trap: $?"; exit 9' EXIT
echo main
exit 3
