console.log(process.execArgv, process.env.NODE_OPTIONS, Error.stackTraceLimit);
throw new Error('short');
