#![feature(never_type)]

fn main() {}
