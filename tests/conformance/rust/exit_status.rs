struct Noisy;

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("never");
    }
}

fn main() {
    let _noisy = Noisy;
    print!("flushed although there is no newline");
    std::process::exit(42);
}
