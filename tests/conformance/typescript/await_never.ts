process.on('exit', (code: number) => console.log(code));
await new Promise<never>(() => {});
