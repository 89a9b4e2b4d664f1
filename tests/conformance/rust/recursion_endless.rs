#[inline(never)]
fn endless(n: &u64) -> u64 {
    let next = std::hint::black_box(*n + 1);
    endless(&next) + next
}

fn main() {
    println!("down");
    println!("{}", endless(&0));
}
