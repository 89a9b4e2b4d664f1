help_me() { echo "${BASH_SOURCE[*]} ${FUNCNAME[*]} ${BASH_LINENO[*]} $LINENO"; caller 0; }
fail_there() {
  no_such_command_in_helper
}
