//! A little of everything that short programs do; the same in every language, byte for byte.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;

/// A linear congruential generator of 32 bits.
struct Random {
    state: u32,
}

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.state = self.state.wrapping_mul(1664525).wrapping_add(1013904223);
        (self.state >> 16) % limit
    }
}

trait Shape {
    fn name(&self) -> &'static str;
    fn area(&self) -> u32;
}

struct Rectangle {
    width: u32,
    height: u32,
}

impl Shape for Rectangle {
    fn name(&self) -> &'static str {
        "rectangle"
    }

    fn area(&self) -> u32 {
        self.width * self.height
    }
}

struct Circle {
    radius: u32,
}

impl Shape for Circle {
    fn name(&self) -> &'static str {
        "circle"
    }

    fn area(&self) -> u32 {
        3 * self.radius * self.radius
    }
}

type Matrix = Vec<Vec<u32>>;

fn primes(limit: usize) -> Vec<usize> {
    let mut sieve = vec![true; limit];
    let mut found = Vec::new();
    for number in 2..limit {
        if sieve[number] {
            found.push(number);
            for multiple in (number * number..limit).step_by(number) {
                sieve[multiple] = false;
            }
        }
    }
    found
}

fn matrix(random: &mut Random, size: usize) -> Matrix {
    (0..size).map(|_| (0..size).map(|_| random.below(10)).collect()).collect()
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let cell = |row: &Vec<u32>, j: usize| row.iter().zip(b).map(|(value, other)| value * other[j]).sum();
    a.iter().map(|row| (0..b[0].len()).map(|j| cell(row, j)).collect()).collect()
}

fn text(random: &mut Random, words: usize) -> String {
    let mut made = Vec::with_capacity(words);
    for _ in 0..words {
        let length = 1 + random.below(3);
        made.push((0..length).map(|_| char::from(b"abcd"[random.below(4) as usize])).collect::<String>());
    }
    made.join(" ")
}

fn distance(a: &str, b: &str) -> usize {
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut current = vec![i + 1];
        for (j, y) in b.bytes().enumerate() {
            let replaced = previous[j] + usize::from(x != y);
            current.push(replaced.min(previous[j + 1] + 1).min(current[j] + 1));
        }
        previous = current;
    }
    previous[b.len()]
}

fn counter(step: u32) -> impl FnMut() -> u32 {
    let mut count = 0;
    move || {
        count += step;
        count
    }
}

fn fib(n: u32) -> u32 {
    if n < 2 {
        n
    } else {
        fib(n - 1) + fib(n - 2)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut total = 0;
    for line in io::stdin().lines() {
        total += line?.parse::<i32>()?;
    }
    println!("sum {total}");
    let mut random = Random { state: 42 };
    let found = primes(20000);
    let (last, sum) = (found[found.len() - 1], found.iter().sum::<usize>());
    println!("primes {} last {last} sum {sum}", found.len());
    let (a, b) = (matrix(&mut random, 24), matrix(&mut random, 24));
    let c = product(&a, &b);
    let trace: u32 = (0..c.len()).map(|i| c[i][i]).sum();
    let checksum = c.iter().flatten().fold(0, |hash, value| (hash * 31 + value) % 1000003);
    println!("matrix trace {trace} checksum {checksum}");
    let written = text(&mut random, 1200);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in written.split(' ') {
        *counts.entry(word).or_default() += 1;
    }
    println!("text {} distinct {}", written.len(), counts.len());
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|&(word, count)| (Reverse(count), word));
    for (word, count) in &ranked[..5] {
        println!("word {word} {count}");
    }
    println!("distance {}", distance(&written[..60], &written[written.len() - 60..]));
    let shapes: Vec<Box<dyn Shape>> = (1..=30)
        .map(|i| -> Box<dyn Shape> {
            if i % 2 == 0 {
                Box::new(Rectangle { width: i, height: i + 1 })
            } else {
                Box::new(Circle { radius: i })
            }
        })
        .collect();
    for kind in ["rectangle", "circle"] {
        let areas: Vec<u32> = shapes.iter().filter(|one| one.name() == kind).map(|one| one.area()).collect();
        println!("{kind} {} {}", areas.len(), areas.iter().sum::<u32>());
    }
    let (mut by_three, mut by_seven) = (counter(3), counter(7));
    for _ in 0..5 {
        by_three();
    }
    println!("counters {} {}", by_three(), by_seven());
    let squares: Vec<String> = (0..20).map(|i| (i * i).to_string()).collect();
    println!("squares {}", squares.join(",").chars().rev().collect::<String>());
    println!("fib {}", fib(18));
    Ok(())
}
