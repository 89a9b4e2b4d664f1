console.log(require('mine'), require('module').globalPaths);
