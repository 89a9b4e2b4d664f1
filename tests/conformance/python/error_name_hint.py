import collections

value = 1
print(collections.OrderedDic)
