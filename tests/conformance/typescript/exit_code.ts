process.on('exit', (code: number): void => console.log('exit', code));
process.exitCode = 3;
