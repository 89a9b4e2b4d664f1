use std::io::{self, Read};

fn main() {
    let mut all = String::new();
    let size = io::stdin().read_to_string(&mut all).unwrap();
    println!("{size} {}", all.chars().count());
    print!("{all}");
}
