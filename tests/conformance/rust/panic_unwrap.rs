fn main() {
    let number: i32 = "no number".parse().unwrap();
    println!("{number}");
}
