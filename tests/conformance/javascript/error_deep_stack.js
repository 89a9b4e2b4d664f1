function f(n) { return n ? f(n - 1) : new Error('deep').stack; }
console.log(f(2));
Error.stackTraceLimit = 50;
console.log(f(3));
