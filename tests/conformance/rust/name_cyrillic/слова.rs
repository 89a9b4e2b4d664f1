pub fn привет() -> &'static str {
    "Привет, мир"
}
