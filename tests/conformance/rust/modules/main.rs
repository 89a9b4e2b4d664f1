mod geometry;
mod inline {
    pub mod deep;
}
mod words;

fn main() {
    println!("{}", geometry::area(3, 4));
    println!("{}", geometry::circle::NAME);
    println!("{} {}", words::GREETING, inline::deep::place());
}
