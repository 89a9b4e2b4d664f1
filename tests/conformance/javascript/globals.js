console.log(Object.getOwnPropertyNames(globalThis).sort().join());
console.log(Object.getOwnPropertySymbols(globalThis), Object.keys(globalThis));
console.log(Error.stackTraceLimit, RegExp.$_ === '', RegExp.lastMatch === '', typeof Error.prepareStackTrace);
console.log(this === module.exports, arguments.length, new.target);
