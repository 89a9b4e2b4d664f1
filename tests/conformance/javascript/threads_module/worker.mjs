import { workerData } from 'node:worker_threads';
Atomics.add(new Int32Array(workerData), 0, 42);
console.log('worker', import.meta.url);
