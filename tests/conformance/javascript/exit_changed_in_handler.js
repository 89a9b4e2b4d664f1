process.on('exit', () => { process.exitCode = 9; });
process.on('beforeExit', () => console.log('before'));
