class Mine(Exception):
    def __init__(self, *args):
        super().__init__(*args)
        self.add_note("a note")

def f():
    try:
        {}["missing"]
    except KeyError as error:
        raise Mine("with a cause") from error

try:
    f()
except Mine:
    raise ValueError("in handling it")
