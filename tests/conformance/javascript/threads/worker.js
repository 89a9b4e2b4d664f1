const { parentPort, workerData, threadId, isMainThread } = require('worker_threads');
parentPort.postMessage({ workerData, threadId, isMainThread, argv: process.argv, execArgv: process.execArgv, main: require.main === module });
parentPort.postMessage([Object.keys(require.cache), process._preload_modules, process.env.NODE_OPTIONS, process.env.HEARTH_PARK]);
throw new Error('in worker');
