const words: readonly string[] = process.argv;
console.log(words.slice(1), process.execArgv, process.argv0, require.main === module, __filename, process.title);
console.log(Object.keys(require.cache).filter((name) => name.startsWith('/workspace')), process.env);
