from .. import __name__ as value
