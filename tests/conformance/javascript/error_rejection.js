async function f() {
  await null;
  throw new RangeError('rejected');
}
process.on('exit', (code) => console.log('code', code));
f();
