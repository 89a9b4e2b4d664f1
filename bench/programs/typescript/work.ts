// A little of everything that short programs do; the same in every language, byte for byte.
import { readFileSync } from "node:fs";

// A linear congruential generator of 32 bits.
class Random {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return (this.state >>> 16) % limit;
  }
}

enum Kind {
  Rectangle = "rectangle",
  Circle = "circle",
}

interface Shape {
  readonly kind: Kind;
  area(): number;
}

namespace Shapes {
  export class Rectangle implements Shape {
    readonly kind = Kind.Rectangle;

    constructor(readonly width: number, readonly height: number) {}

    area(): number {
      return this.width * this.height;
    }
  }

  export class Circle implements Shape {
    readonly kind = Kind.Circle;

    constructor(readonly radius: number) {}

    area(): number {
      return 3 * this.radius * this.radius;
    }
  }
}

type Matrix = number[][];

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function primes(limit: number): number[] {
  const sieve = new Array<boolean>(limit).fill(true);
  const found: number[] = [];
  for (let number = 2; number < limit; number++) {
    if (!sieve[number]) continue;
    found.push(number);
    for (let multiple = number * number; multiple < limit; multiple += number) sieve[multiple] = false;
  }
  return found;
}

const matrix = (random: Random, size: number): Matrix => times(size, () => times(size, () => random.below(10)));

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0].map((_, j) => sum(row.map((value, k) => value * b[k][j]))));
}

function text(random: Random, words: number): string {
  return times(words, () => {
    const length = 1 + random.below(3);
    return times(length, () => "abcd"[random.below(4)]).join("");
  }).join(" ");
}

function distance(a: string, b: string): number {
  let previous = times(b.length + 1, (j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, replaced));
    }
    previous = current;
  }
  return previous[b.length];
}

function counter(step: number): () => number {
  let count = 0;
  return () => (count += step);
}

const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));

const lines = readFileSync(0, "utf8").trimEnd().split("\n");
console.log(`sum ${sum(lines.map(Number))}`);
const random = new Random(42);
const found = primes(20000);
console.log(`primes ${found.length} last ${found[found.length - 1]} sum ${sum(found)}`);
const c = product(matrix(random, 24), matrix(random, 24));
const checksum = c.flat().reduce((hash, value) => (hash * 31 + value) % 1000003, 0);
console.log(`matrix trace ${sum(c.map((row, i) => row[i]))} checksum ${checksum}`);
const written = text(random, 1200);
const counts = new Map<string, number>();
for (const word of written.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
console.log(`text ${written.length} distinct ${counts.size}`);
const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
for (const [word, count] of ranked.slice(0, 5)) console.log(`word ${word} ${count}`);
console.log(`distance ${distance(written.slice(0, 60), written.slice(-60))}`);
const shapes: Shape[] = times(30, (i) =>
  i % 2 === 1 ? new Shapes.Rectangle(i + 1, i + 2) : new Shapes.Circle(i + 1),
);
for (const kind of [Kind.Rectangle, Kind.Circle]) {
  const areas = shapes.filter((shape) => shape.kind === kind).map((shape) => shape.area());
  console.log(`${kind} ${areas.length} ${sum(areas)}`);
}
const [byThree, bySeven] = [counter(3), counter(7)];
for (let i = 0; i < 5; i++) byThree();
console.log(`counters ${byThree()} ${bySeven()}`);
const squares = times(20, (i) => i * i).join(",");
console.log(`squares ${[...squares].reverse().join("")}`);
console.log(`fib ${fib(18)}`);
