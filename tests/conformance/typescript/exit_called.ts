const code: number = 42;
setTimeout(() => console.log('never'), 1e6);
process.exit(code);
