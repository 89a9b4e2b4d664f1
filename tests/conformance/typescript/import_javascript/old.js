exports.old = 'commonjs';
