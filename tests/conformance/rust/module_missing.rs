mod nowhere;

fn main() {
    nowhere::call();
}
