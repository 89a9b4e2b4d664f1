print('init', __name__, __path__)
