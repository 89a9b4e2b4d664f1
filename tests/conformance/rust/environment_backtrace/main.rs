fn main() {
    println!("{}", std::backtrace::Backtrace::capture().status() == std::backtrace::BacktraceStatus::Captured);
    let shown = std::backtrace::Backtrace::force_capture().to_string();
    println!("{}", shown.contains("main::main"));
}
