import { Worker } from 'node:worker_threads';
const buffer = new SharedArrayBuffer(4);
const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: buffer, stdout: false });
await new Promise((resolve) => worker.on('exit', resolve));
console.log(new Int32Array(buffer)[0]);
