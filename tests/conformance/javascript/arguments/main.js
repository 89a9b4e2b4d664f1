console.log(process.argv.slice(1), process.argv.length, process.argv0, process.execArgv, process.execPath);
console.log(require.main === module, module.id, module.filename, __filename, __dirname, process.title);
