echo "one"
echo two
if true; then
  echo x
fi
