const { version, versions, arch, platform, config, release, features } = process;
console.log(version, Object.keys(versions).join(), arch, platform, release, features);
console.log(Object.keys(process).sort().join());
console.log(process.eventNames(), process.listenerCount('exit'), process.exitCode, process._preload_modules);
console.log(process.emit === require('events').prototype.emit, Object.hasOwn(process, 'emit'));
console.log(process.uptime() < 5, process.memoryUsage().rss > 0, process.umask(), process.cwd());
console.log(Object.keys(require.cache), require('module').builtinModules.length, Object.keys(require('module')._pathCache));
