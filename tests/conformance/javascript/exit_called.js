process.on('exit', (code) => console.log('exit', code));
setTimeout(() => console.log('never'), 1e6);
process.exit(42);
