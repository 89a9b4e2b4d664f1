console.log(process.argv.slice(2), process.execArgv, process.env.NODE_OPTIONS, process._preload_modules);
process.send({ hello: true });
process.on('message', (message) => { console.log('child got', message); process.exit(2); });
