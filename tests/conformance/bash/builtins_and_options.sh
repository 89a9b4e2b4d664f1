shopt
set -o
enable -a
hash
jobs
caller; echo "caller: $?"
trap -p
alias
complete -p; echo $?
type -a echo test ls
