mod broken;

fn main() {}
