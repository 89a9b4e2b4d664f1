use std::thread;

fn main() {
    let named = thread::Builder::new().name("worker".into()).spawn(|| panic!("in a thread")).unwrap();
    println!("{}", named.join().is_err());
    let value = thread::spawn(|| 42).join().unwrap();
    println!("{value}");
}
