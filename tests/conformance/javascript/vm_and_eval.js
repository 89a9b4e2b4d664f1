const vm = require('vm');
console.log(eval('1 + 1'), new Function('a', 'return a * 2')(4), vm.runInNewContext('x + 1', { x: 2 }), vm.runInThisContext('typeof require'));
try { vm.runInThisContext('throw new Error("in vm")', 'file.vm'); } catch (error) { console.log(error.stack.split('\n')[0]); }
