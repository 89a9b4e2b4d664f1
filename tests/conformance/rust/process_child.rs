use std::process::{Command, Stdio};

fn main() {
    let out = Command::new("sh").args(["-c", "cat; echo to stderr >&2; exit 3"]).stdin(Stdio::null()).output().unwrap();
    println!("{:?} {:?}", out.status.code(), String::from_utf8_lossy(&out.stderr));
    println!("{}", Command::new("/nowhere").status().unwrap_err());
    println!("{}", Command::new("sh").args(["-c", "kill -9 $$"]).status().unwrap());
}
