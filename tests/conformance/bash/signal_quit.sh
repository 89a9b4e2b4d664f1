kill -QUIT $$
echo "bash ignores it"
trap
