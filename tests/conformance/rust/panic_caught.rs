use std::panic;

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("dropped {}", self.0);
    }
}

fn main() {
    let _outer = Noisy("outer");
    let result = panic::catch_unwind(|| {
        let _inner = Noisy("inner");
        panic!("caught");
    });
    println!("{}", result.is_err());
    panic::set_hook(Box::new(|info| eprintln!("own hook at {}", info.location().unwrap())));
    panic!("not caught");
}
