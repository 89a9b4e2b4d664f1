console.log(require('pkg'), require('pkg/sub'));
import('pkg').then((m) => console.log(m.default));
