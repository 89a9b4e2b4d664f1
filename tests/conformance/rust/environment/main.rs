fn main() {
    let mut all: Vec<_> = std::env::vars().collect();
    all.sort();
    for (name, value) in all {
        println!("{name}={value}");
    }
    println!("{:?}", option_env!("AT_COMPILE_TIME"));
}
