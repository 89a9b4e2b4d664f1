try:
    input()
except EOFError as error:
    print(repr(error))
