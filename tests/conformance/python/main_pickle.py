import copy
import pickle
from dataclasses import dataclass

@dataclass
class Point:
    x: int
    y: int = 2

data = pickle.dumps(Point(1))
print(data, pickle.loads(data), copy.deepcopy(Point(3)), Point)
