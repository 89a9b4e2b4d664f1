trap 'echo "got USR1"' USR1
trap 'echo "got TERM"; exit 5' TERM
kill -USR1 $$
kill -TERM $$
echo never
