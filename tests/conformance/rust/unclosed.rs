fn main() {
    if true {
        println!("{}", "text);
}
