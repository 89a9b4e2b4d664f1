echo "bash does not mind"
