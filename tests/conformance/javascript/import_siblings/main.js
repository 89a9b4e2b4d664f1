const { a } = require('./lib/a');
const data = require('./data.json');
console.log(a, data, require('./lib'), require.resolve('./lib/a'));
import('./lib/m.mjs').then((m) => console.log(m.default, m.name, Object.keys(m)));
console.log(module.children.map((child) => child.id), module.paths, Object.keys(require.cache));
