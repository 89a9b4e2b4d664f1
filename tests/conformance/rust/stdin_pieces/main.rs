use std::io::{self, BufRead, Read};

fn main() {
    let stdin = io::stdin();
    let mut line = String::new();
    stdin.read_line(&mut line).unwrap();
    let count: usize = line.trim().parse().unwrap();
    line.clear();
    stdin.read_line(&mut line).unwrap();
    let numbers: Vec<i64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
    println!("{count} {numbers:?}");
    for line in stdin.lock().lines() {
        println!("{:?}", line.unwrap());
    }
    println!("{}", stdin.lock().bytes().count());
}
