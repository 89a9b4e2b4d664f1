const emit = process.emit;
process.emit = function (name, ...rest) {
  console.log('emit', name, rest);
  return emit.call(this, name, ...rest);
};
console.log(Object.hasOwn(process, 'emit'), Object.keys(process).includes('emit'));
process.exitCode = 4;
