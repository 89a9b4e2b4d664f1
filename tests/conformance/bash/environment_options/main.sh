echo "$-" "$SHELLOPTS"
false
echo not reached
