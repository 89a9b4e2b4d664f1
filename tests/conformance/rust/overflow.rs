fn main() {
    let one = std::env::args().count() as u8;
    println!("{}", (255u8).wrapping_add(one));
    println!("{:?} {:?}", 255u8.checked_add(one), 255u8.overflowing_add(one));
    println!("{}", 255 + one);
    println!("{}", cfg!(debug_assertions));
}
