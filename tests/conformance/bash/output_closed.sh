exec >&-
echo nothing
echo "status $?" >&2
