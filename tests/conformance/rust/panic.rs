fn fail(reason: &str) -> ! {
    panic!("for this reason: {reason}");
}

fn main() {
    println!("before");
    fail("жар");
}
