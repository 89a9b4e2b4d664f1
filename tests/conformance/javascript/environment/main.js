console.log(process.env, Object.keys(process.env), 'A' in process.env, process.env.NOPE);
process.env.NEW = 1;
delete process.env.A;
console.log(process.env.NEW, require('child_process').execFileSync('/usr/bin/env').toString());
