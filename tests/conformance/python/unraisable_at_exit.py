    class Noisy:
        def __del__(self):
            print("still prints")
            raise OSError("at exit")

    noisy = Noisy()
noisy.loop = noisy
