try:
    bytearray(1 << 62)
except MemoryError as error:
    print(repr(error))
