print("a")
print("""x
y""".encode())
1/0
