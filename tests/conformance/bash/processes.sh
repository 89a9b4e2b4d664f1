sleep 0.01 & p=$!
wait $p; echo "waited $?"
(exit 7) & wait $!; echo $?
kill -0 $p 2> /dev/null; echo $?
for i in 1 2 3; do (echo "child $i") & wait; done
diff <(echo a) <(echo b)
echo $?
