fn main() {}

fn main() {}
