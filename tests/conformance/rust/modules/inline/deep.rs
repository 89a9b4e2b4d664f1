pub fn place() -> String {
    format!("{}:{} {}", file!(), line!(), module_path!())
}
