import { Worker } from 'node:worker_threads';
const worker = new Worker('./worker.ts', { workerData: 20 });
worker.on('message', (message: number) => console.log('message', message));
worker.on('error', (error: Error) => console.log(error.stack));
worker.on('exit', (code: number) => console.log('exit', code));
