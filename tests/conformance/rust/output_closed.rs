use std::fs::File;
use std::os::fd::FromRawFd;

fn main() {
    drop(unsafe { File::from_raw_fd(1) });
    println!("lost");
    eprintln!("still here");
}
