from .sub.b import value
