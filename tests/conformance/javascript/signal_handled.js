process.on('SIGTERM', (name, number) => { console.log(name, number); process.exit(7); });
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1);
setTimeout(() => {}, 5000);
