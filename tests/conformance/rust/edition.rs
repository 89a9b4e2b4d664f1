use std::collections::BTreeMap;
use std::fmt;

trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> String {
        "shape".to_string()
    }
}

struct Circle(f64);

impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.0.powi(2)
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {:.3}", self.name(), self.area())
    }
}

macro_rules! largest {
    ($one:expr) => { $one };
    ($one:expr, $($more:expr),+) => { std::cmp::max($one, largest!($($more),+)) };
}

fn main() {
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Circle(1.0)), Box::new(Circle(2.5))];
    println!("{:.2}", shapes.iter().map(|shape| shape.area()).sum::<f64>());
    println!("{}", Circle(2.0));
    let mut counts = BTreeMap::new();
    for word in "a b a c b a".split(' ') {
        *counts.entry(word).or_insert(0) += 1;
    }
    println!("{counts:?} {}", largest!(3, 9, 4));
    let Some(first) = counts.first_key_value() else { return };
    let n: u8 = [1u8, 2].into_iter().sum::<u8>().try_into().unwrap();
    println!("{first:?} {n}");
    let async_block = async { 1 };
    let _ = async_block;
}
