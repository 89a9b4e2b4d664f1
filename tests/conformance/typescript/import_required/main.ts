const lib = require('./lib') as typeof import('./lib');
import path = require('path');
console.log(lib.value, path.basename(__filename), module.children.length, require('./plain'));
