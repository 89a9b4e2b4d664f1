shopt -q nullglob && echo on
echo *.nothing "$BASHOPTS"
