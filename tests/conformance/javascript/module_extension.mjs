console.log(import.meta.url, process.argv[1], import.meta.resolve('./x.mjs'), import.meta.main);
console.log(new Error('trace').stack);
