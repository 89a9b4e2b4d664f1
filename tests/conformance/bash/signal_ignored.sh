trap "" TERM
kill -TERM $$
echo "still here"
bash -c 'kill -TERM $$; echo "and the child"'
