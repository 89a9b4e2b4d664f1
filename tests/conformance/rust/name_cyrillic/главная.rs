#[path = "слова.rs"]
mod слова;

fn main() {
    println!("{} {}", слова::привет(), file!());
}
