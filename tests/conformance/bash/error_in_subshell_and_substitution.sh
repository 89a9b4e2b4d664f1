x=$(echo out; no_such_thing; exit 5)
echo "$? $x"
(cd /no/such/folder) ; echo $?
