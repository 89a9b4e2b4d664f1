// What nearly every program does, once, while nobody waits: builtin modules are loaded, functions are
// compiled and pages are mapped then. Nothing of it stays for a program to find.
'use strict';

const { Module } = require('module');

// What programs ask for most. Loading one is invisible: builtin modules are not in require.cache.
const BUILTINS = [
  'assert', 'async_hooks', 'buffer', 'child_process', 'crypto', 'events', 'fs', 'fs/promises', 'http',
  'net', 'os', 'path', 'perf_hooks', 'querystring', 'readline', 'readline/promises', 'stream',
  'stream/promises', 'string_decoder', 'timers/promises', 'tty', 'url', 'util', 'vm', 'worker_threads',
  'zlib',
];

module.exports = function rehearse(native) {
  BUILTINS.forEach(require);
  const output = write(native.pipe());
  const pending = [
    ...programs().map((file) => run(file, output.console)),
    read(native.pipe()),
    output.closed,
    new Promise((resolve) => setTimeout(resolve, 1)),
  ];
  settle(native, Promise.all(pending));
};

// Other images lay theirs beside these.
function programs() {
  const folder = `${__dirname}/rehearsal`;
  const names = require('fs').readdirSync(folder).sort();
  return names.filter((name) => name.startsWith('main.')).map((name) => `${folder}/${name}`);
}

async function run(file, console) {
  const isModule = /\.m[jt]s$/.test(file);
  const { main } = isModule ? await import(file) : Module._load(file, null, false);
  await main(console);
}

// As the first use of process.stdout does it for a pipe.
function write([source, target]) {
  const { Socket } = require('net');
  const stream = new Socket({ fd: target, readable: false, writable: true });
  stream._type = 'pipe';
  stream._handle.unref();
  require('fs').closeSync(source);
  stream.on('error', () => {});
  const closed = new Promise((resolve) => setImmediate(() => stream.destroy().on('close', resolve)));
  return { console: new console.Console({ stdout: stream, stderr: stream, ignoreErrors: true }), closed };
}

// As process.stdin, line by line.
async function read([source, target]) {
  const { Socket } = require('net');
  const fs = require('fs');
  fs.writeSync(target, 'one\ntwo\n');
  fs.closeSync(target);
  const stream = new Socket({ fd: source, readable: true, writable: false });
  for await (const line of require('readline').createInterface({ input: stream })) String(line);
  stream.destroy();
}

// Turns the event loop until a promise is settled, before Node itself would turn it.
function settle(native, promise) {
  let settled = false;
  promise.finally(() => (settled = true)).catch(() => {});
  do process._tickCallback();
  while (!settled && native.turn());
}
