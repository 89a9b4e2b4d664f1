def fail():
    raise ValueError('in a folder')
