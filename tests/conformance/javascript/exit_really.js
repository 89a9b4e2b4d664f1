const real = process.reallyExit;
process.reallyExit = (code) => { console.log('really', code); real.call(process, code); };
process.exit(6);
