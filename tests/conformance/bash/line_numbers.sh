echo $LINENO

f() {
  echo $LINENO "${BASH_LINENO[@]}" "${BASH_SOURCE[@]}" "${FUNCNAME[@]}"
}
f
eval 'echo $LINENO'
echo "$BASH_ARGV0" "$0" "${BASH_ARGC[*]}" "${BASH_ARGV[*]}" "$BASH_EXECUTION_STRING"
