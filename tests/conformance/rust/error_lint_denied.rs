fn main() {
    let x: u8 = 256;
    let a = [1, 2, 3];
    println!("{} {}", x, a[5]);
}
