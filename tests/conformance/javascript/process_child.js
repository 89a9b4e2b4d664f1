const { execFileSync, spawnSync, spawn } = require('child_process');
console.log(execFileSync('/bin/echo', ['from', 'child']).toString());
console.log(spawnSync('/bin/sh', ['-c', 'echo err >&2; exit 3']).status, spawnSync('/nope').error.code);
const child = spawn('/bin/cat', { stdio: ['pipe', 'inherit', 'inherit'] });
child.stdin.end('through cat\n');
child.on('close', (...end) => console.log('closed', end));
