// A little of everything that short programs do; the same in every language, byte for byte.
"use strict";

const fs = require("node:fs");

// A linear congruential generator of 32 bits.
class Random {
  #state;

  constructor(seed) {
    this.#state = seed;
  }

  below(limit) {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return (this.#state >>> 16) % limit;
  }
}

class Rectangle {
  constructor(width, height) {
    this.width = width;
    this.height = height;
  }

  area() {
    return this.width * this.height;
  }
}

class Circle {
  constructor(radius) {
    this.radius = radius;
  }

  area() {
    return 3 * this.radius * this.radius;
  }
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function primes(limit) {
  const sieve = new Array(limit).fill(true);
  const found = [];
  for (let number = 2; number < limit; number++) {
    if (!sieve[number]) continue;
    found.push(number);
    for (let multiple = number * number; multiple < limit; multiple += number) sieve[multiple] = false;
  }
  return found;
}

function matrix(random, size) {
  return Array.from({ length: size }, () => Array.from({ length: size }, () => random.below(10)));
}

function product(a, b) {
  return a.map((row) => b[0].map((_, j) => sum(row.map((value, k) => value * b[k][j]))));
}

function text(random, words) {
  const made = [];
  for (let i = 0; i < words; i++) {
    const length = 1 + random.below(3);
    let word = "";
    for (let j = 0; j < length; j++) word += "abcd"[random.below(4)];
    made.push(word);
  }
  return made.join(" ");
}

function distance(a, b) {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
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

function counter(step) {
  let count = 0;
  return () => (count += step);
}

const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));

const lines = fs.readFileSync(0, "utf8").trimEnd().split("\n");
console.log(`sum ${sum(lines.map(Number))}`);
const random = new Random(42);
const found = primes(20000);
console.log(`primes ${found.length} last ${found.at(-1)} sum ${sum(found)}`);
const c = product(matrix(random, 24), matrix(random, 24));
const checksum = c.flat().reduce((hash, value) => (hash * 31 + value) % 1000003, 0);
console.log(`matrix trace ${sum(c.map((row, i) => row[i]))} checksum ${checksum}`);
const written = text(random, 1200);
const counts = new Map();
for (const word of written.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
console.log(`text ${written.length} distinct ${counts.size}`);
const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
for (const [word, count] of ranked.slice(0, 5)) console.log(`word ${word} ${count}`);
console.log(`distance ${distance(written.slice(0, 60), written.slice(-60))}`);
const shapes = Array.from({ length: 30 }, (_, i) =>
  i % 2 === 1 ? new Rectangle(i + 1, i + 2) : new Circle(i + 1),
);
for (const kind of [Rectangle, Circle]) {
  const areas = shapes.filter((shape) => shape instanceof kind).map((shape) => shape.area());
  console.log(`${kind.name.toLowerCase()} ${areas.length} ${sum(areas)}`);
}
const [byThree, bySeven] = [counter(3), counter(7)];
for (let i = 0; i < 5; i++) byThree();
console.log(`counters ${byThree()} ${bySeven()}`);
const squares = Array.from({ length: 20 }, (_, i) => i * i).join(",");
console.log(`squares ${[...squares].reverse().join("")}`);
console.log(`fib ${fib(18)}`);
