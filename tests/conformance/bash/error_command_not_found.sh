echo before
no_such_command with arguments
echo "$?"
