const { x } = require('./typed');
console.log(x, __filename);
