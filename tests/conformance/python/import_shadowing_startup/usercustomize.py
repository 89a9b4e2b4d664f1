print('not from here')
