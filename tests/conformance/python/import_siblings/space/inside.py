x = __spec__.parent
