use std::process::ExitCode;

fn main() -> ExitCode {
    println!("main returns");
    ExitCode::from(7)
}
