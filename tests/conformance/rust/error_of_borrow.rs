fn main() {
    let names = vec![String::from("a")];
    let moved = names;
    println!("{names:?}");
    let mut numbers = vec![1, 2, 3];
    let first = &numbers[0];
    numbers.push(4);
    println!("{first} {moved:?}");
}
