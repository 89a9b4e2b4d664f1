const ns = require('./esm.mjs');
console.log(ns.default, ns.name, ns.__esModule);
