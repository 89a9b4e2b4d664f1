const child = require('child_process').spawn('/bin/true', { stdio: ['pipe', 'ignore', 'ignore'] });
child.on('exit', () => child.stdin.write('x'.repeat(100000)));
child.stdin.on('error', (error) => console.log(error.code));
