fn main() {
    eprintln!("here it comes");
    let nothing = std::hint::black_box(std::ptr::null::<i32>());
    println!("{}", unsafe { nothing.read_volatile() });
}
