exports.named = 'n';
exports.main = typeof require.main;
