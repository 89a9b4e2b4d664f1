use std::io::{self, IsTerminal};

fn main() {
    print!("without a newline ");
    eprintln!("to stderr");
    println!("{}", io::stdout().is_terminal());
    dbg!(1 + 1);
}
