// Once a poll has ended, immediates come before timers; from the main script it is either.
setTimeout((): void => {
  setTimeout((): void => console.log('timeout'));
  setImmediate(() => console.log('immediate'));
});
process.nextTick(() => console.log('tick'));
Promise.resolve<string>('microtask').then(console.log);
console.log('sync');
setTimeout(() => console.error('last'), 50);
