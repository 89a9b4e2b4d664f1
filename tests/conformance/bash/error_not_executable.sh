echo "echo x" > file
./file
echo $?
mkdir folder
./folder
