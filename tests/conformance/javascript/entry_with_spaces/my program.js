console.log(__filename, require('./other file'));
