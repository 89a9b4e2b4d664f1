use std::fs;

fn main() -> std::io::Result<()> {
    let source = fs::read_to_string("main.rs")?;
    println!("{}", source.lines().next().unwrap());
    fs::write("made.txt", "kept")?;
    fs::remove_file("main.rs")?;
    let mut names: Vec<_> = fs::read_dir(".")?.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    println!("{names:?} {}", std::env::current_dir()?.display());
    Ok(())
}
