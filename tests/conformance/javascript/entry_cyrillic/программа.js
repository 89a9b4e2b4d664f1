console.log(__filename, process.argv[1]);
throw new Error('ошибка');
