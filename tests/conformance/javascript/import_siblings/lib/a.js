exports.a = [__filename, require.main.filename, module.parent.filename];
