fn main() {
    for argument in std::env::args() {
        println!("[{argument}]");
    }
}
