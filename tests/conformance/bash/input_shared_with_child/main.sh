read -r line
echo "bash: $line"
head -1
echo "then"
cat
