console.log(__filename, process.cwd(), require('../lib'));
throw new Error('here');
