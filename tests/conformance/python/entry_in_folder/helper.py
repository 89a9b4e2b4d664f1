raise RuntimeError('the wrong one')
