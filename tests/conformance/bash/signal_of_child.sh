{ bash -c 'kill -SEGV $$'; } 2> /dev/null
echo "status $?"
{ bash -c 'kill -TERM $$'; } 2> /dev/null
echo "status $?"
