const fs = require('fs');
console.log(process.getuid(), process.getgid(), process.getgroups(), fs.readFileSync('/proc/self/limits', 'utf8').includes('Max open files'));
console.log([0, 1, 2].map((fd) => fs.fstatSync(fd).isFIFO()), fs.readdirSync('/proc/self/fd').filter((fd) => { try { return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket'); } catch { return false; } }));
