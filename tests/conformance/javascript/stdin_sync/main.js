const fs = require('fs');
console.log(fs.readFileSync(0, 'utf8').trim().split(' ').map(Number).reduce((a, b) => a + b));
console.log(fs.readFileSync('/dev/stdin').length);
