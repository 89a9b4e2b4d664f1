use std::io::{self, Write};

fn main() {
    let bytes: Vec<u8> = (0..=255).collect();
    io::stdout().write_all(&bytes).unwrap();
    io::stderr().write_all(b"\xff\0\xfe").unwrap();
}
