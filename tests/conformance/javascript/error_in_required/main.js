const { run } = require('./lib/deep');
run();
