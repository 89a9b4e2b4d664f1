#[inline(never)]
fn depth(n: u32) -> u32 {
    let frame = std::hint::black_box([n; 16]);
    if n == 0 { 0 } else { 1 + depth(frame[3] - 1) }
}

fn main() {
    println!("{}", depth(50_000));
}
