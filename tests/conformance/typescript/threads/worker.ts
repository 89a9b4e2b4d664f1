import { parentPort, workerData } from 'node:worker_threads';
enum Add { One = 1 }
parentPort!.postMessage((workerData as number) + Add.One);
function fail(): never { throw new Error('in worker'); }
fail();
