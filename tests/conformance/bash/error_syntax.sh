echo first
if true; then
  echo "unfinished
