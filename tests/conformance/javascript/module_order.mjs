// From a timer, immediates come before other timers; from the main script it is either.
setTimeout(() => {
  setTimeout(() => console.log('timeout'));
  setImmediate(() => console.log('immediate'));
});
process.nextTick(() => console.log('tick'));
queueMicrotask(() => console.log('microtask'));
await null;
console.log('awaited');
await new Promise((resolve) => setTimeout(resolve, 5));
