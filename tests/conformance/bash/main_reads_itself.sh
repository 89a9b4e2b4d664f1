cat "$0"
sed -n "\$p" "$0"
# the last line
