// A Node that has started and waits for its program.
//
// `node main.js` with HEARTH_PARK=N loads this by NODE_OPTIONS=--require. The last that Node does before
// a program is to look up Module.runMain; here that is a getter, which blocks until the process is told
// what it is (executor/agent/PROTOCOL.md, "Parked runners"), writes that where start-up had put what it
// was started with, and returns Node's own function, bound to the program's entry. So Node itself
// resolves, loads and runs the program, and there is no frame of ours around it.
'use strict';

const { Module } = require('module');
const { isMainThread } = require('worker_threads');

// Variables that Node, or a library of its, reads as it starts. (Not NODE_ENV, NODE_PATH, TZ.)
const READ_AT_START =
  /^(NODE_([^EP]|EX|PE|PR)|UV_|LANG$|LANGUAGE$|LC_|ICU_|OPENSSL_|SSL_CERT_|LD_|GLIBC_|MALLOC_)/;

// Threads of a program inherit --require. They find nothing of it, and it does nothing there.
Object.defineProperty(process, '_preload_modules', {
  value: process._preload_modules.filter((name) => name !== __filename), // Node walks through the old one
});
forget();

if (isMainThread && /^\d+$/.test(process.env.HEARTH_PARK)) {
  const socket = Number(process.env.HEARTH_PARK);
  const native = load('/usr/lib/hearth/park.node');
  const runMain = Object.getOwnPropertyDescriptor(Module, 'runMain');
  Object.defineProperty(Module, 'runMain', {
    configurable: true,
    get() {
      Object.defineProperty(Module, 'runMain', runMain);
      native.hurry(Object.getPrototypeOf(process));
      require('./rehearse.cjs')(native);
      forget();
      native.shed();
      require('./rehearse.cjs')(native);
      forget();
      const { NODE_OPTIONS, ...parked } = process.env; // those are ours
      const words = native.wait(socket);
      if (!startsAlike(parked)) native.start();
      const entry = become(native, words);
      /^/.exec(''); // as Node does before a program: RegExp.$_ and its like
      return entry === undefined ? runMain.value : runMain.value.bind(Module, entry);
    },
  });
}

// Takes the files of this folder out of what the module loader shows.
function forget() {
  for (const cache of [require.cache, Module._pathCache]) {
    for (const key in cache) if (key.includes(__dirname)) delete cache[key];
  }
}

function load(file) {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}

// Would Node have started as it did, had it been given the program's environment?
function startsAlike(parked) {
  return Object.keys({ ...parked, ...process.env }).every(
    (name) => !READ_AT_START.test(name) || parked[name] === process.env[name],
  );
}

// Takes over the program's arguments and environment. The entry, as an absolute path.
function become(native, [file, ...args]) {
  // An option, a command of Node's own, or standard input: nothing that was prepared for.
  if (/^(-|inspect$|debug$|$)/.test(file)) native.start();

  const entry = require('path').resolve(file);
  process.argv.splice(1, Infinity, entry, ...args);
  const { TZ } = process.env;
  if (TZ !== undefined) process.env.TZ = TZ; // has V8 look at it
  Module._initPaths(); // NODE_PATH, HOME
  return entry;
}
