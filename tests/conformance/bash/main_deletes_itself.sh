rm -- "$0"
echo "still running"
ls -A
cat "$0"
