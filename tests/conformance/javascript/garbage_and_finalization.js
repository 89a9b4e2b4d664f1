require('v8').setFlagsFromString('--expose-gc');
const gc = require('vm').runInNewContext('gc');
const registry = new FinalizationRegistry((held) => console.log('gone', held));
(() => registry.register({}, 'token'))();
setTimeout(() => { gc(); setTimeout(() => console.log('end'), 10); }, 1);
