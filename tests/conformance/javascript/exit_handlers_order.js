process.once('beforeExit', () => {
  console.log('before');
  setTimeout(() => console.log('once more'), 1);
});
process.on('exit', () => console.log('exit 1'));
process.prependListener('exit', () => console.log('exit 0'));
process.on('exit', () => { Promise.resolve().then(() => console.log('never')); process.exit(5); });
