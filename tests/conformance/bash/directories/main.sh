echo "$PWD" "$OLDPWD" "$(pwd -P)" "${DIRSTACK[@]}"
cd folder && echo "$PWD" "$OLDPWD" && ls && cd - 
pushd /tmp > /dev/null; dirs; popd
cd nowhere
