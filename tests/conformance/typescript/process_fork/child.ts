enum Kind { A = 'a' }
process.send!({ kind: Kind.A, execArgv: process.execArgv });
process.disconnect();
