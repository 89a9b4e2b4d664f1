const { EventEmitter } = require('events');
const { emit } = EventEmitter.prototype;
EventEmitter.prototype.emit = function (name, ...rest) {
  if (this === process) require('fs').writeSync(1, `emit ${name}\n`);
  return emit.call(this, name, ...rest);
};
