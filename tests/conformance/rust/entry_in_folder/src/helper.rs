pub fn greet() {
    println!("{}", file!());
    let none: Option<u8> = None;
    none.expect("nothing is there");
}
