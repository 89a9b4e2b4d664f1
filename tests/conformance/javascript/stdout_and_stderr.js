const { stdout, stderr } = process;
console.log(stdout.constructor.name, stdout._type, stdout.fd, stdout.writable, stdout.isTTY, stdout.columns, stderr._type);
console.log(stdout.writableHighWaterMark, stdout.listenerCount('error'), stdout.eventNames().length);
for (let i = 0; i < 3; i++) { console.log('out', i); console.error('err', i); }
console.table([{ a: 1, b: 2 }]);
console.group('group'); console.info('in'); console.groupEnd(); console.assert(false, 'no'); console.count(); console.dir({ a: { b: { c: {} } } }, { depth: 0 });
console.trace('here');
