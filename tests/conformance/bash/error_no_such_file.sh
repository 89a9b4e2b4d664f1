source ./nothing.sh
echo $?
cat nothing
./nothing
bash nothing.sh
