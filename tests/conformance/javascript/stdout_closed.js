require('fs').closeSync(1);
console.error('closed');
console.log('lost');
