setImmediate(() => { console.log('immediate'); process.nextTick(() => console.log('tick in immediate')); });
process.nextTick(() => console.log('tick'));
Promise.resolve().then(() => console.log('microtask')).then(() => process.nextTick(() => console.log('tick 2')));
(async () => { console.log('sync'); await 0; console.log('async'); })();
console.log('end');
