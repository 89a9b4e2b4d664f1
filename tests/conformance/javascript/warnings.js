process.removeAllListeners('warning'); // what prints them, with the number of the process
process.on('warning', (warning) => console.log(warning.name, warning.code, warning.message));
process.emitWarning('careful', 'MineWarning', 'M001');
new (require('events').EventEmitter)().setMaxListeners(1).on('a', () => {}).on('a', () => {});
new Buffer(1);
