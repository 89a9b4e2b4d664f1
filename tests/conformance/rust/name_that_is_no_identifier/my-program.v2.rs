fn main() {
    println!("{} {}", file!(), module_path!());
    panic!("here");
}
