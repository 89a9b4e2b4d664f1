console.log(process.uptime() < 5, typeof performance.now(), performance.timeOrigin > 0, process.hrtime.bigint() > 0n);
const mark = performance.mark('a');
console.log(mark.name, performance.getEntriesByName('a').length, performance.getEntries().length);
