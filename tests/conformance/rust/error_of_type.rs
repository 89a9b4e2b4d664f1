struct Point {
    x: i32,
}

fn main() {
    let p: Point = 5;
    let text: &str = p.x;
    println!("{text} {}", p.y);
}
