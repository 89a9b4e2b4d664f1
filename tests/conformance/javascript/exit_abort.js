require('fs').writeSync(1, 'out\n');
process.kill(process.pid, 'SIGABRT');
setTimeout(() => {}, 1000);
