print(f"hello {input('name? ')}")
input("more? ")
