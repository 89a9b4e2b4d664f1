print(exit, quit, copyright, license, help)
print(credits)
help(len)
