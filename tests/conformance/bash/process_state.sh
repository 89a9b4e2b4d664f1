echo "$UID $EUID ${GROUPS[*]} $HOSTNAME $HOSTTYPE $MACHTYPE $OSTYPE $-"
[[ $$ == "$BASHPID" ]] && echo same
(echo $((BASHPID != $$)))
ps -o comm= -p $$
