"""A little of everything that short programs do; the same in every language, byte for byte."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


class Random:
    """A linear congruential generator of 32 bits."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self._state >> 16) % limit


@dataclass(frozen=True)
class Rectangle:
    width: int
    height: int

    def area(self) -> int:
        return self.width * self.height


@dataclass(frozen=True)
class Circle:
    radius: int

    def area(self) -> int:
        return 3 * self.radius * self.radius


def primes(limit: int) -> list[int]:
    sieve = [True] * limit
    found = []
    for number in range(2, limit):
        if sieve[number]:
            found.append(number)
            for multiple in range(number * number, limit, number):
                sieve[multiple] = False
    return found


def matrix(random: Random, size: int) -> list[list[int]]:
    return [[random.below(10) for _ in range(size)] for _ in range(size)]


def product(a: list[list[int]], b: list[list[int]]) -> list[list[int]]:
    columns = list(zip(*b, strict=True))
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def text(random: Random, words: int) -> str:
    made = []
    for _ in range(words):
        length = 1 + random.below(3)
        made.append("".join("abcd"[random.below(4)] for _ in range(length)))
    return " ".join(made)


def distance(a: str, b: str) -> int:
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x != y)))
        previous = current
    return previous[-1]


def counter(step: int) -> Callable[[], int]:
    count = 0

    def advance() -> int:
        nonlocal count
        count += step
        return count

    return advance


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def main() -> None:
    print("sum", sum(int(line) for line in sys.stdin))
    random = Random(42)
    found = primes(20000)
    print("primes", len(found), "last", found[-1], "sum", sum(found))
    c = product(matrix(random, 24), matrix(random, 24))
    checksum = 0
    for value in (value for row in c for value in row):
        checksum = (checksum * 31 + value) % 1000003
    print("matrix trace", sum(c[i][i] for i in range(24)), "checksum", checksum)
    written = text(random, 1200)
    counts = Counter(written.split(" "))
    print("text", len(written), "distinct", len(counts))
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]:
        print("word", word, count)
    print("distance", distance(written[:60], written[-60:]))
    shapes = [Rectangle(i, i + 1) if i % 2 == 0 else Circle(i) for i in range(1, 31)]
    for kind in (Rectangle, Circle):
        areas = [shape.area() for shape in shapes if isinstance(shape, kind)]
        print(kind.__name__.lower(), len(areas), sum(areas))
    by_three, by_seven = counter(3), counter(7)
    for _ in range(5):
        by_three()
    print("counters", by_three(), by_seven())
    print("squares", ",".join(str(i * i) for i in range(20))[::-1])
    print("fib", fib(18))


main()
