def make(error):
    try:
        raise error
    except Exception as caught:
        return caught

raise ExceptionGroup("several", [make(ValueError(1)), ExceptionGroup("inner", [make(TypeError("x")), make(OSError(2, "no"))])])
