console.log(__filename, require.main === module, new Error('trace').stack);
