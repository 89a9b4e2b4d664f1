use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

fn main() {
    let total = Arc::new(AtomicU64::new(0));
    let list = Arc::new(Mutex::new(Vec::new()));
    let (sender, receiver) = mpsc::channel();
    for i in 0..8u64 {
        let (total, list, sender) = (total.clone(), list.clone(), sender.clone());
        thread::spawn(move || {
            for _ in 0..1000 {
                total.fetch_add(i, Ordering::Relaxed);
            }
            list.lock().unwrap().push(i);
            sender.send(i).unwrap();
        });
    }
    drop(sender);
    let mut received: Vec<u64> = receiver.iter().collect();
    received.sort();
    let mut list = list.lock().unwrap().clone();
    list.sort();
    println!("{} {:?} {}", total.load(Ordering::Relaxed), received, list == received);
    let mut sum = 0;
    thread::scope(|scope| {
        scope.spawn(|| sum += 1);
    });
    println!("{sum}");
}
