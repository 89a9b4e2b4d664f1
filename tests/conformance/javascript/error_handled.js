process.on('uncaughtException', (error, origin) => console.log('caught', error.message, origin));
process.on('unhandledRejection', (reason) => console.log('rejected', reason));
Promise.reject(7);
setTimeout(() => console.log('still here'), 5);
throw new Error('x');
