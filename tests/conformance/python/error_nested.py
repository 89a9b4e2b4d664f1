def outer(n):
    inner(n, text="a long line that holds the call")

def inner(n, *, text):
    return {"a": [1 / n for _ in text]}

outer(0)
