fn main() {
    let numbers = vec![1, 2, 3];
    let index = std::env::args().count() + 6;
    println!("{}", numbers[index]);
}
