echo before
kill -INT $$
echo after
