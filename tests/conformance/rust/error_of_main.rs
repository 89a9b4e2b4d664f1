use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string("nowhere.txt")?;
    println!("{text}");
    Ok(())
}
