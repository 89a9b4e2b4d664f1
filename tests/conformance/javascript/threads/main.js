const { Worker, isMainThread, workerData } = require('worker_threads');
const worker = new Worker('./worker.js', { workerData: [1, 2], argv: ['w'] });
worker.on('message', (message) => console.log('message', message));
worker.on('error', (error) => console.log('error', error.message));
worker.on('exit', (code) => console.log('exit', code, isMainThread, workerData));
