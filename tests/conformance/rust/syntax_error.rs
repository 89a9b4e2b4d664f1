fn main() {
    println!("no semicolon")
    let x = ;
}
