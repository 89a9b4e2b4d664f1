console.log('js', require('./main.mjs').x);
