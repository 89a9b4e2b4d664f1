struct Careful;

impl Drop for Careful {
    fn drop(&mut self) {
        println!("panicking: {}", std::thread::panicking());
    }
}

fn main() {
    let _careful = Careful;
    panic!("only once");
}
