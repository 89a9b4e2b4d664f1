const name: string = __filename;
console.log(name);
throw new Error('ошибка');
