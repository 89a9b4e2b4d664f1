console.log('before');
process.on('exit', (code) => console.log(code));
await new Promise(() => {});
