print(len({hash(str(i)) for i in range(100)}), hash(1.5), hash(()))
