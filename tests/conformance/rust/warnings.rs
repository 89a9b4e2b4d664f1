use std::collections::HashMap;

fn unused(value: i32) -> i32 {
    let mut never_changed = 1;
    never_changed
}

fn main() {
    let x = 5;
    println!("compiled all the same");
}
