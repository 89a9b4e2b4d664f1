pub const GREETING: &str = include_str!("data/greeting.txt").trim_ascii();
