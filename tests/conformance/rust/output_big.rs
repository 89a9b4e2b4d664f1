fn main() {
    for i in 0..60000 {
        println!("line {i} of many");
    }
}
