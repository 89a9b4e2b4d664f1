process.on('exit', () => { throw new Error('late'); });
console.log('body');
